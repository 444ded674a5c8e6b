//! A whole report, written out in each way.

use std::fs;
use std::path::PathBuf;

use mamori::rooms::report::render::{Context, Templates};
use serde_json::json;

use crate::harness::report_view::{Language, entries, view, words};

#[test]
fn scratch() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("report-pages");
    fs::create_dir_all(&folder).unwrap();
    let templates = Templates::with(Vec::new()).unwrap();
    for language in [Language::En, Language::Ja] {
        let words = words(language);
        let context = Context {
            report: &json!({}),
            words: &words,
        };
        let view = view(language);
        let name = language.tag();
        let html = templates
            .html(&view, &context)
            .unwrap_or_else(|e| panic!("{e}"));
        let md = templates
            .markdown(&view, &context)
            .unwrap_or_else(|e| panic!("{e}"));
        let index = templates
            .index(&entries(400), name, &words)
            .unwrap_or_else(|e| panic!("{e}"));
        println!("{} {} {}", html.len(), md.len(), index.len());
        fs::write(folder.join(format!("{name}.html")), html).unwrap();
        fs::write(folder.join(format!("{name}.md")), md).unwrap();
        fs::write(folder.join(format!("index-{name}.html")), index).unwrap();
    }
}
