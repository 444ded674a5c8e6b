//! The real binaries, in homes of their own, with real tmux servers and sshd.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test runs programs, and ends where it cannot"
)]
#![allow(unreachable_pub, reason = "the harness is the tests' own library")]
#![allow(missing_docs, reason = "a test's name is its documentation")]

mod agents;
mod agents_copies;
mod agents_days;
mod agents_trouble;
mod alertmanager;
mod alerts;
mod alerts_http;
mod alerts_watch;
mod android;
mod bar;
mod bar_text;
mod config;
mod dash;
mod dash_keys;
mod dash_past;
mod dash_screens;
mod dash_taps;
mod dash_world;
mod doctor;
mod doctor_setup;
mod doctor_ssh;
mod export;
mod export_prometheus;
mod export_served;
mod foresight;
mod growth;
mod guard;
mod harness;
mod heal;
mod health;
mod history;
mod history_folders;
mod history_read;
mod history_time;
mod history_trouble;
mod hostile;
mod hub;
mod hub_doors;
mod hub_trouble;
mod hub_turns;
mod install;
mod layout_hand;
mod layout_hooks;
mod layout_hostile;
mod layout_orders;
mod layout_plan;
mod layout_storm;
mod logs;
mod logs_kills;
mod logs_writers;
mod man;
mod menu;
mod plugin;
mod predict;
mod predict_grew;
mod predict_measure;
mod predict_people;
mod probe;
mod recover;
mod recover_remote;
mod recover_tmux;
mod recover_watch;
mod remote;
mod remote_causes;
mod remote_hostile;
mod remote_services;
mod remote_watch;
mod report;
mod report_cli;
mod report_gather;
mod report_gather_files;
mod report_gather_forge;
mod report_gather_past;
mod report_gh;
mod report_gh_trouble;
mod report_git;
mod report_git_trouble;
mod report_nightly;
mod report_pages;
mod report_render;
mod report_watch;
mod scraped;
mod segment;
mod services;
mod setup_homes;
mod setup_moves;
mod setup_node;
mod setup_runit;
mod setup_service;
mod setup_termux;
mod setup_tmux;
mod setup_trouble;
mod shells;
mod state;
mod state_trouble;
mod state_writers;
mod temp;
mod tidy;
mod tmux_hook;
mod tmux_pictures;
mod tmux_sessions;
mod tmux_socket;
mod watch;
