//! Which coding agent a commit or a pull request is signed by.
//!
//! Told by addresses and by bots that are known by name, never by a bare word:
//! Claude, Devin and Jules are people, cursor and codex are words. Many strip
//! such marks, so what is signed is the least there is.

use serde::{Deserialize, Serialize};

/// A coding agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Agent {
    /// Aider.
    Aider,
    /// Amp.
    Amp,
    /// Claude Code.
    ClaudeCode,
    /// Codex.
    Codex,
    /// GitHub Copilot.
    Copilot,
    /// Cursor.
    Cursor,
    /// Devin.
    Devin,
    /// Gemini.
    Gemini,
    /// Jules.
    Jules,
    /// opencode.
    Opencode,
    /// `OpenHands`.
    OpenHands,
    /// Replit.
    Replit,
}

/// How it is known that an agent had part in a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// A trailer, or the agent's own identity.
    Signed,
    /// It was the one at work in that worktree then.
    Observed,
    /// It was one of several at work there then.
    Shared,
}

/// A name and an address as git knows them: anybody may write anything there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
}

impl Identity {
    /// Of a trailer's value, `Name <address>`.
    #[must_use]
    pub fn of_trailer(value: &str) -> Option<Self> {
        let (name, rest) = value.rsplit_once('<')?;
        let (email, _) = rest.split_once('>')?;
        let email = email.trim();
        email.contains('@').then(|| Self {
            name: name.trim().to_owned(),
            email: email.to_owned(),
        })
    }

    /// The agent whose this is.
    #[must_use]
    pub fn agent(&self) -> Option<Agent> {
        Agent::of_email(&self.email)
            // The one sign that aider leaves by itself.
            .or_else(|| self.name.ends_with(" (aider)").then_some(Agent::Aider))
    }

    /// The bot whose address this is: `app` of
    /// `1+app[bot]@users.noreply.github.com`.
    #[must_use]
    pub fn bot(&self) -> Option<String> {
        bot(&self.email.to_ascii_lowercase()).map(str::to_owned)
    }
}

impl Agent {
    /// All there are, by name.
    pub const ALL: [Self; 12] = [
        Self::Aider,
        Self::Amp,
        Self::ClaudeCode,
        Self::Codex,
        Self::Copilot,
        Self::Cursor,
        Self::Devin,
        Self::Gemini,
        Self::Jules,
        Self::Opencode,
        Self::OpenHands,
        Self::Replit,
    ];

    /// The word by which files and JSON of ours know it.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Aider => "aider",
            Self::Amp => "amp",
            Self::ClaudeCode => "claude-code",
            Self::Codex => "codex",
            Self::Copilot => "copilot",
            Self::Cursor => "cursor",
            Self::Devin => "devin",
            Self::Gemini => "gemini",
            Self::Jules => "jules",
            Self::Opencode => "opencode",
            Self::OpenHands => "open-hands",
            Self::Replit => "replit",
        }
    }

    /// The one of that [`id`](Self::id).
    #[must_use]
    pub fn of_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|agent| agent.id() == id)
    }

    /// What people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Aider => "Aider",
            Self::Amp => "Amp",
            Self::ClaudeCode => "Claude Code",
            Self::Codex => "Codex",
            Self::Copilot => "Copilot",
            Self::Cursor => "Cursor",
            Self::Devin => "Devin",
            Self::Gemini => "Gemini",
            Self::Jules => "Jules",
            Self::Opencode => "opencode",
            Self::OpenHands => "OpenHands",
            Self::Replit => "Replit",
        }
    }

    /// Whose this address is, in whatever case.
    #[must_use]
    pub fn of_email(email: &str) -> Option<Self> {
        let email = email.trim().to_ascii_lowercase();
        if let Some(bot) = bot(&email) {
            return Self::of_bot(bot);
        }
        let (local, domain) = email.rsplit_once('@')?;
        // These belong to nobody but the agent.
        match domain {
            "anthropic.com" => return Some(Self::ClaudeCode),
            "cursor.com" => return Some(Self::Cursor),
            "aider.chat" => return Some(Self::Aider),
            "ampcode.com" => return Some(Self::Amp),
            _ => {}
        }
        match (local, domain) {
            ("noreply" | "codex", "openai.com") => Some(Self::Codex),
            ("copilot", "github.com")
            | ("198982749+copilot" | "223556219+copilot", "users.noreply.github.com") => {
                Some(Self::Copilot)
            }
            ("gemini-cli", "google.com") => Some(Self::Gemini),
            ("openhands", "all-hands.dev") => Some(Self::OpenHands),
            (local, "opencode.ai") if local.starts_with("noreply") => Some(Self::Opencode),
            _ => None,
        }
    }

    /// Whose bot on GitHub this is, by its name without `[bot]`.
    #[must_use]
    pub fn of_bot(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        match name.strip_suffix("[bot]").unwrap_or(&name) {
            "claude" | "claude-code-action" => Some(Self::ClaudeCode),
            "chatgpt-codex-connector" => Some(Self::Codex),
            "copilot-swe-agent" => Some(Self::Copilot),
            "cursor" => Some(Self::Cursor),
            "gemini-code-assist" => Some(Self::Gemini),
            "google-labs-jules" => Some(Self::Jules),
            "devin-ai-integration" => Some(Self::Devin),
            _ => None,
        }
    }

    /// Who signs in the text of a commit's message, besides its trailers.
    #[must_use]
    pub fn of_body(body: &str) -> Option<Self> {
        body.lines().find_map(|line| {
            let (_, link) = line.split_once("Generated with [Claude Code](")?;
            let place = link.strip_prefix("https://").unwrap_or(link);
            let place = place.strip_prefix("www.").unwrap_or(place);
            let theirs = ["claude.ai/code", "claude.com/claude-code"];
            theirs
                .iter()
                .any(|own| place.starts_with(own))
                .then_some(Self::ClaudeCode)
        })
    }
}

/// The bot's name in an address in lower case.
fn bot(email: &str) -> Option<&str> {
    let local = email.trim().strip_suffix("@users.noreply.github.com")?;
    let name = match local.split_once('+') {
        Some((id, name)) if id.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => local,
    };
    name.strip_suffix("[bot]").filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_one_word() {
        for agent in Agent::ALL {
            assert_eq!(serde_json::to_value(agent).unwrap(), agent.id());
            assert_eq!(Agent::of_id(agent.id()), Some(agent));
        }
        assert_eq!(Agent::of_id("claude"), None);
    }

    #[test]
    fn agents_are_known_by_their_addresses() {
        let known = [
            ("NoReply@Anthropic.com", Agent::ClaudeCode),
            (
                "209825114+claude[bot]@users.noreply.github.com",
                Agent::ClaudeCode,
            ),
            ("noreply@openai.com", Agent::Codex),
            ("codex@openai.com", Agent::Codex),
            (
                "199175422+chatgpt-codex-connector[bot]@users.noreply.github.com",
                Agent::Codex,
            ),
            ("198982749+Copilot@users.noreply.github.com", Agent::Copilot),
            ("223556219+Copilot@users.noreply.github.com", Agent::Copilot),
            ("copilot@github.com", Agent::Copilot),
            (
                "198982749+copilot-swe-agent[bot]@users.noreply.github.com",
                Agent::Copilot,
            ),
            ("cursoragent@cursor.com", Agent::Cursor),
            (
                "206951365+cursor[bot]@users.noreply.github.com",
                Agent::Cursor,
            ),
            ("noreply@aider.chat", Agent::Aider),
            ("gemini-cli@google.com", Agent::Gemini),
            (
                "google-labs-jules[bot]@users.noreply.github.com",
                Agent::Jules,
            ),
            ("noreply@opencode.ai", Agent::Opencode),
            ("amp@ampcode.com", Agent::Amp),
            (
                "158243242+devin-ai-integration[bot]@users.noreply.github.com",
                Agent::Devin,
            ),
            ("openhands@all-hands.dev", Agent::OpenHands),
        ];
        for (email, agent) in known {
            assert_eq!(Agent::of_email(email), Some(agent), "{email}");
        }
    }

    #[test]
    fn strangers_stay_strangers() {
        for email in [
            "codex@example.com",
            "antigravity@google.com",
            "hana@openai.com",
            "claude@users.noreply.github.com",
            "1+cursor@users.noreply.github.com",
            "noreply@anthropic.com.example.org",
            "49699333+dependabot[bot]@users.noreply.github.com",
            "x+claude[bot]@users.noreply.github.com",
            "devin@example.org",
            "",
            "@",
        ] {
            assert_eq!(Agent::of_email(email), None, "{email}");
        }
        let claude = Identity {
            name: "Claude Devin Jules".into(),
            email: "claude@example.org".into(),
        };
        assert_eq!(claude.agent(), None);
    }

    #[test]
    fn a_name_signs_for_aider_alone_and_a_body_for_claude_code() {
        let aider = Identity {
            name: "Hana (aider)".into(),
            email: "hana@example.org".into(),
        };
        assert_eq!(aider.agent(), Some(Agent::Aider));
        let body = "x\n🤖 Generated with [Claude Code](https://claude.com/claude-code)";
        assert_eq!(Agent::of_body(body), Some(Agent::ClaudeCode));
        let body = "Generated with [Claude Code](https://evil.example/claude.ai/code)";
        assert_eq!(Agent::of_body(body), None);
    }

    #[test]
    fn a_trailer_is_a_name_and_an_address() {
        let of = |value| Identity::of_trailer(value).map(|who| (who.name, who.email));
        let hana = Some(("Hana <x".to_owned(), "h@e.org".to_owned()));
        assert_eq!(of("Hana <x <h@e.org>"), hana);
        assert_eq!(of("Hana"), None);
        assert_eq!(of("Hana <>"), None);
        assert_eq!(of("<"), None);
    }
}
