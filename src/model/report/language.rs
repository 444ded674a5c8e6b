//! Which language a changed file counts to, by its name alone.
//!
//! Lines of a period are those that its commits added and deleted. What counts
//! lines of a tree as it stands (tokei and its kin) cannot tell these, and git
//! has no more to say of a file than its name.

/// Where the lines of a file count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// To this language.
    Language(&'static str),
    /// Apart: copied here or generated.
    Apart,
}

/// Names of files in no other language than this.
const OTHER: &str = "Other";

/// Folders of what others wrote, or what was built.
const FOLDERS: &[&str] = &[
    ".next",
    ".yarn",
    "__generated__",
    "__snapshots__",
    "bower_components",
    "dist",
    "node_modules",
    "third-party",
    "third_party",
    "vendor",
    "vendored",
];

/// Files that a package manager writes.
const LOCKS: &[&str] = &[
    "bun.lock",
    "cargo.lock",
    "composer.lock",
    "deno.lock",
    "flake.lock",
    "gemfile.lock",
    "go.sum",
    "npm-shrinkwrap.json",
    "package-lock.json",
    "pipfile.lock",
    "pnpm-lock.yaml",
    "podfile.lock",
    "poetry.lock",
    "pubspec.lock",
    "uv.lock",
    "yarn.lock",
];

/// How the names of generated files end.
const GENERATED: &[&str] = &[
    ".designer.cs",
    ".freezed.dart",
    ".g.dart",
    ".generated.cs",
    ".generated.go",
    ".generated.ts",
    ".map",
    ".min.css",
    ".min.js",
    ".pb.cc",
    ".pb.go",
    ".pb.h",
    ".snap",
    "_generated.go",
    "_generated.rs",
    "_pb2.py",
    "_pb2_grpc.py",
];

/// Languages by whole names, in lower case.
const NAMES: &[(&str, &str)] = &[
    ("brewfile", "Ruby"),
    ("cmakelists.txt", "CMake"),
    ("containerfile", "Dockerfile"),
    ("dockerfile", "Dockerfile"),
    ("gemfile", "Ruby"),
    ("gnumakefile", "Makefile"),
    ("justfile", "Just"),
    ("makefile", "Makefile"),
    ("rakefile", "Ruby"),
];

/// Languages by what follows the last dot, in lower case.
const ENDINGS: &[(&str, &str)] = &[
    ("astro", "Astro"),
    ("awk", "Awk"),
    ("bash", "Shell"),
    ("bat", "Batch"),
    ("bats", "Shell"),
    ("c", "C"),
    ("cc", "C++"),
    ("cjs", "JavaScript"),
    ("clj", "Clojure"),
    ("cmake", "CMake"),
    ("cpp", "C++"),
    ("cs", "C#"),
    ("css", "CSS"),
    ("csv", "CSV"),
    ("cts", "TypeScript"),
    ("cu", "CUDA"),
    ("cxx", "C++"),
    ("dart", "Dart"),
    ("el", "Emacs Lisp"),
    ("erl", "Erlang"),
    ("ex", "Elixir"),
    ("exs", "Elixir"),
    ("f90", "Fortran"),
    ("fish", "Shell"),
    ("fs", "F#"),
    ("go", "Go"),
    ("gradle", "Groovy"),
    ("graphql", "GraphQL"),
    ("groovy", "Groovy"),
    ("h", "C"),
    ("hcl", "HCL"),
    ("hh", "C++"),
    ("hpp", "C++"),
    ("hs", "Haskell"),
    ("htm", "HTML"),
    ("html", "HTML"),
    ("ini", "INI"),
    ("ipynb", "Jupyter"),
    ("java", "Java"),
    ("jl", "Julia"),
    ("js", "JavaScript"),
    ("json", "JSON"),
    ("jsonc", "JSON"),
    ("jsonl", "JSON"),
    ("jsx", "JavaScript"),
    ("kt", "Kotlin"),
    ("kts", "Kotlin"),
    ("less", "CSS"),
    ("lua", "Lua"),
    ("m", "Objective-C"),
    ("markdown", "Markdown"),
    ("md", "Markdown"),
    ("mdx", "Markdown"),
    ("mjs", "JavaScript"),
    ("mk", "Makefile"),
    ("ml", "OCaml"),
    ("mli", "OCaml"),
    ("mm", "Objective-C"),
    ("mts", "TypeScript"),
    ("nim", "Nim"),
    ("nix", "Nix"),
    ("php", "PHP"),
    ("pl", "Perl"),
    ("pm", "Perl"),
    ("prisma", "Prisma"),
    ("proto", "Protocol Buffers"),
    ("ps1", "PowerShell"),
    ("py", "Python"),
    ("pyi", "Python"),
    ("r", "R"),
    ("rb", "Ruby"),
    ("rs", "Rust"),
    ("rst", "reStructuredText"),
    ("sass", "CSS"),
    ("scala", "Scala"),
    ("scss", "CSS"),
    ("sh", "Shell"),
    ("sol", "Solidity"),
    ("sql", "SQL"),
    ("svelte", "Svelte"),
    ("svg", "SVG"),
    ("swift", "Swift"),
    ("tex", "TeX"),
    ("tf", "HCL"),
    ("toml", "TOML"),
    ("ts", "TypeScript"),
    ("tsx", "TypeScript"),
    ("txt", "Text"),
    ("typ", "Typst"),
    ("vim", "Vim Script"),
    ("vue", "Vue"),
    ("xml", "XML"),
    ("yaml", "YAML"),
    ("yml", "YAML"),
    ("zig", "Zig"),
    ("zsh", "Shell"),
];

/// Where the lines of the file at `path` count.
#[must_use]
pub fn of(path: &[u8]) -> Place {
    let path = String::from_utf8_lossy(path).to_ascii_lowercase();
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let apart = folders.split('/').any(|folder| FOLDERS.contains(&folder))
        || LOCKS.contains(&name)
        || GENERATED.iter().any(|ending| name.ends_with(ending));
    if apart {
        return Place::Apart;
    }
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let whole = NAMES.iter().find(|(known, _)| *known == name);
    let found = whole.or_else(|| ENDINGS.iter().find(|(known, _)| ending == Some(*known)));
    Place::Language(found.map_or(OTHER, |(_, language)| language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_told_by_a_files_name() {
        let told = |path: &str| of(path.as_bytes());
        assert_eq!(told("src/main.rs"), Place::Language("Rust"));
        assert_eq!(told("Makefile"), Place::Language("Makefile"));
        assert_eq!(told("docs/README.ja.MD"), Place::Language("Markdown"));
        assert_eq!(told("LICENSE"), Place::Language("Other"));
        assert_eq!(told("rs"), Place::Language("Other"));
        assert_eq!(told(".rs"), Place::Language("Rust"));
        assert_eq!(of(b"\xff/\x1b.py"), Place::Language("Python"));
        assert_eq!(told(""), Place::Language("Other"));
    }

    #[test]
    fn what_others_wrote_or_a_program_counts_apart() {
        for path in [
            "Cargo.lock",
            "web/node_modules/x/index.js",
            "vendor/a.go",
            "api/v1.pb.go",
            "app.min.js",
            "tests/__snapshots__/a.txt",
        ] {
            assert_eq!(of(path.as_bytes()), Place::Apart, "{path}");
        }
        // A file is no folder.
        assert_eq!(of(b"src/vendor"), Place::Language("Other"));
        assert_eq!(of(b"src/build.rs"), Place::Language("Rust"));
    }
}
