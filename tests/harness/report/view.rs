//! A report with a block of every kind, in both languages, for what writes
//! reports out.

use mamori::model::report::period::Kind;
use mamori::model::report::view::{
    Block, Cell, Chart, Column, Drawing, Item, Link, Named, Section, Table, Tile, View,
};

use super::charts;

/// English or Japanese.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Language {
    En,
    Ja,
}

impl Language {
    /// One of two texts.
    pub fn of(self, en: &str, ja: &str) -> String {
        match self {
            Self::En => en.to_owned(),
            Self::Ja => ja.to_owned(),
        }
    }

    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ja => "ja",
        }
    }
}

fn tile(id: &str, label: String, value: String, note: String) -> Tile {
    Tile {
        id: id.to_owned(),
        label,
        value,
        note: (!note.is_empty()).then_some(note),
    }
}

fn named(label: String, value: String) -> Named {
    Named { label, value }
}

pub fn table(caption: &str, columns: &[&str], rows: &[&[&str]]) -> Table {
    let column = |(at, label): (usize, &&str)| Column {
        label: (*label).to_owned(),
        figures: at > 0,
    };
    let cell = |text: &&str| Cell {
        text: (*text).to_owned(),
        spark: Vec::new(),
    };
    Table {
        caption: caption.to_owned(),
        columns: columns.iter().enumerate().map(column).collect(),
        rows: rows
            .iter()
            .map(|row| row.iter().map(cell).collect())
            .collect(),
        more: None,
    }
}

fn section(id: &str, heading: String, blocks: Vec<Block>) -> Section {
    Section {
        id: id.to_owned(),
        heading,
        blocks,
    }
}

fn text(text: String, muted: bool) -> Block {
    Block::Text { text, muted }
}

fn item(text: String, details: &[String], link: Option<(&str, String)>) -> Item {
    Item {
        id: None,
        text,
        details: details.to_vec(),
        link: link.map(|(to, text)| Link {
            to: to.to_owned(),
            text,
        }),
    }
}

/// The whole of it.
pub fn view(language: Language) -> View {
    let of = |en, ja| language.of(en, ja);
    View {
        language: language.tag(),
        kind: Kind::Weekly,
        title: of(
            "Miyabi Daily Report - 2026-11-20",
            "Miyabi 日次レポート - 2026-11-20",
        ),
        period: of(
            "Fri 20 Nov 2026, 00:00-24:00, Asia/Tokyo",
            "2026年11月20日(金)、Asia/Tokyo",
        ),
        sentence: of(
            "mugen's disk reaches 90 % around Tue 24 Nov; sshd on pixel died once, back in 0.11 s.",
            "mugen のディスクは11月24日(火)ごろ90%に達する見込み。pixel の sshd は一度停止し、0.11秒で復帰。",
        ),
        sections: vec![
            section(
                "summary",
                of("Summary", "概要"),
                vec![
                    tiles(language),
                    Block::Heading {
                        id: Some("needs-you".into()),
                        text: of("Needs you today", "対応が必要なこと"),
                    },
                    needs(language),
                ],
            ),
            agents(language),
            metrics(language),
            section("trends", of("Trends", "推移"), charts::trends(language)),
            section(
                "next",
                of("Next Steps", "次にすること"),
                vec![next(language)],
            ),
            section(
                "about",
                of("About this report", "このレポートについて"),
                vec![
                    text(
                        of(
                            "gh 20 Nov 23:58; 3 repositories; agents' logs whole; newest datum 23:59:48.",
                            "gh 11月20日 23:58、リポジトリ3件、最新のデータは23:59:48。",
                        ),
                        true,
                    ),
                    text(
                        of(
                            "Not known: gh is not logged in (run: gh auth login)",
                            "取得できません: gh にログインしていません（gh auth login を実行）",
                        ),
                        false,
                    ),
                ],
            ),
        ],
    }
}

fn tiles(language: Language) -> Block {
    let of = |en, ja| language.of(en, ja);
    Block::Tiles {
        tiles: vec![
            tile(
                "issues-closed",
                of("Issues Closed", "完了した課題"),
                of("12", "12件"),
                of("yesterday 9: about the same", "前日9件、ほぼ同じ"),
            ),
            tile(
                "prs-merged",
                of("PRs Merged", "マージ済みPR"),
                of("8", "8件"),
                of("yesterday 2: more", "前日2件、増加"),
            ),
            tile(
                "commits",
                of("Commits", "コミット"),
                of("31", "31件"),
                of("yesterday 22: about the same", "前日22件、ほぼ同じ"),
            ),
            tile(
                "errors",
                of("Errors", "エラー"),
                of("4", "4件"),
                of("yesterday 5: about the same", "前日5件、ほぼ同じ"),
            ),
            tile(
                "uptime",
                of("Worst uptime", "最低稼働率"),
                "99.37 %".to_owned(),
                of("mugen, down 9 min", "mugen、停止9分"),
            ),
        ],
    }
}

fn needs(language: Language) -> Block {
    let of = |en, ja| language.of(en, ja);
    Block::Items {
        ordered: true,
        items: vec![
            item(
                of(
                    "mugen: free 11 GB before Mon 23 Nov; ~/.cache grew 2.1 GB a day",
                    "mugen: 11月23日(月)までに11GBを空ける。~/.cache が1日2.1GB増加",
                ),
                &[],
                Some(("#forecasts", of("forecast", "予測"))),
            ),
            item(
                of(
                    "PR #482 waits for a review since 26 h",
                    "PR #482 が26時間レビュー待ち",
                ),
                &[of(
                    "\"Rotate the keys of <script>alert(1)</script> hosts\"",
                    "「鍵を<b>更新</b>する」",
                )],
                Some((
                    "https://github.com/owner/app/pull/482",
                    "owner/app#482".to_owned(),
                )),
            ),
        ],
    }
}

fn next(language: Language) -> Block {
    let of = |en, ja| language.of(en, ja);
    let issue = |text, number: u32| {
        let to = format!("https://github.com/owner/app/issues/{number}");
        item(
            text,
            &[],
            Some((to.as_str(), format!("owner/app#{number}"))),
        )
    };
    Block::Items {
        ordered: false,
        items: vec![
            issue(
                of(
                    "P1 #511 \"Login fails after key rotation\" 3 d",
                    "P1 #511「鍵の更新後にログインできない」3日",
                ),
                511,
            ),
            issue(
                of(
                    "P2 #498 \"Report shows 0 without gh\" 6 d",
                    "P2 #498「gh がないと0と表示される」6日",
                ),
                498,
            ),
            item(
                of(
                    "A link to nowhere stays text",
                    "どこにも導かないリンクは文字のまま",
                ),
                &[],
                Some(("javascript:alert(1)", "javascript".to_owned())),
            ),
        ],
    }
}

fn agents(language: Language) -> Section {
    let of = |en, ja| language.of(en, ja);
    let columns = match language {
        Language::En => [
            "Agent",
            "Commits",
            "PRs",
            "Work time",
            "Cost, API-equivalent",
        ],
        Language::Ja => ["エージェント", "コミット", "PR", "作業時間", "API換算費用"],
    };
    let people = of("people and unknown", "人および不明");
    let mut all = table(
        &of("By agent", "エージェント別"),
        &columns,
        &[
            &["Claude Code", "19", "6", "5 h 12 min", "$6.80"],
            &["Codex", "7", "2", "1 h 40 min", "$2.20"],
            &[people.as_str(), "5", "-", "-", "-"],
        ],
    );
    all.more = Some(of(
        "and 3 more, none with a commit",
        "ほか3件、コミットなし",
    ));
    let mut load = table(
        &of("Load", "負荷"),
        &match language {
            Language::En => ["Node", "Last 30 hours"],
            Language::Ja => ["ノード", "直近30時間"],
        },
        &[
            &["mugen", "0.42"],
            &["pixel", "1.90"],
            &["無限サーバー", "-"],
        ],
    );
    let waves = [charts::wave(30, 3.0), charts::wave(30, 7.0), vec![2.0; 30]];
    for (row, values) in load.rows.iter_mut().zip(waves) {
        row[1].spark = values;
    }
    let figures = vec![
        named(of("Sessions", "セッション"), of("6", "6件")),
        named(
            of("Tokens (input, output)", "トークン（入力・出力）"),
            "40.2 M".to_owned(),
        ),
        named(
            of("Requests without a price", "価格不明のリクエスト"),
            of("14 of 1 440 (1.0 %)", "1,440件中14件 (1.0%)"),
        ),
    ];
    section(
        "agents",
        of("Agent Activity", "エージェントの活動"),
        vec![
            Block::Table(all),
            Block::Figures { figures },
            Block::Heading {
                id: Some("node-load".to_owned()),
                text: of("Load of the nodes", "ノードの負荷"),
            },
            Block::Table(load),
        ],
    )
}

fn metrics(language: Language) -> Section {
    let of = |en, ja| language.of(en, ja);
    let figures = vec![
        named(
            "Avg Response Time".to_owned(),
            of(
                "42 ms (median 38, p95 96; 576 probes)",
                "42 ms（中央値38、p95 96、576回）",
            ),
        ),
        named(
            of("Error Rate", "エラー率"),
            of("0.8 % (12 of 1 440 probes)", "0.8%（1,440回中12回）"),
        ),
    ];
    let mut blocks = vec![Block::Figures { figures }];
    blocks.extend(charts::strips(language));
    section("metrics", of("Performance Metrics", "稼働状況"), blocks)
}

/// A chart with such a drawing.
pub fn chart(id: &str, title: String, description: String, drawing: Drawing) -> Chart {
    Chart {
        id: id.to_owned(),
        title,
        description,
        drawing,
        table: None,
    }
}
