//! macOS and Termux, with stand-ins for their programs.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use mamori::model::node::Platform;
use mamori::model::reading::Reading;
use mamori::remote::answer::{Answer, read};
use mamori::remote::probe::{Wishes, definitions};

use super::{between, installed, said, shell};
use crate::harness::Bench;

/// Programs that print these texts, in a folder that comes first.
fn asked(bench: &Bench, programs: &[(&str, &str)], variables: &[(&str, &str)]) -> Vec<Answer> {
    let folder = bench.home().join("bin");
    fs::create_dir_all(&folder).unwrap();
    for (name, text) in programs {
        let path = folder.join(name);
        fs::write(&path, format!("#!/bin/sh\ncat <<'END'\n{text}\nEND\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let wishes = Wishes {
        battery: true,
        ..Wishes::default()
    };
    let ask = |words: &&[&str]| {
        let mut command = shell(bench, words);
        command.env("PATH", format!("{}:/usr/bin:/bin", folder.display()));
        for (name, value) in variables {
            command.env(name, value);
        }
        let text = said(
            command,
            &format!("{}mamori_probe c0ffee\n", definitions(&wishes)),
        );
        read(between(&text).as_bytes(), true, &wishes)
    };
    installed().iter().map(ask).collect()
}

#[test]
fn macos_answers_by_its_own_programs() {
    let bench = Bench::new();
    let programs = [
        ("uname", "Darwin"),
        ("date", "1700086400"),
        (
            "sysctl",
            "kern.bootsessionuuid: 5D0C5A0E-6F5C-4F1E-9A76-0123456789AB\n\
             kern.boottime: { sec = 1700000000, usec = 123456 } Tue Nov 14 22:13:20 2023\n\
             vm.loadavg: { 1.52 1.61 1.70 }\nhw.memsize: 17179869184",
        ),
        (
            "vm_stat",
            "Mach Virtual Memory Statistics: (page size of 16384 bytes)\n\
             Pages free:                               10000.\n\
             Pages active:                            300000.\n\
             Pages inactive:                          250000.\n\
             Pages speculative:                         2000.\n\
             Pages throttled:                              0.\n\
             Pages wired down:                        120000.\n\
             Pages purgeable:                            144.",
        ),
        (
            "mount",
            "/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)\n\
             devfs on /dev (devfs, local, nobrowse)\n\
             /dev/disk3s6 on /System/Volumes/VM (apfs, local, noexec, journaled, noatime, nobrowse)\n\
             /dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse, protect, root data)\n\
             map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)\n\
             /dev/disk5s1 on /Volumes/My Disk (hfs, local, nodev, nosuid, journaled)\n\
             //me@nas/share on /Volumes/share (smbfs, nodev, nosuid, mounted by me)",
        ),
        (
            "df",
            "Filesystem     1024-blocks      Used Available Capacity iused      ifree %iused  Mounted on\n\
             /dev/disk3s1s1   482797652   9859384 235246240     5%  403755 2352462400    0%   /\n\
             devfs                  198       198         0   100%     690          0  100%   /dev\n\
             /dev/disk3s6     482797652        20 235246240     1%       0 2352462400    0%   /System/Volumes/VM\n\
             /dev/disk5s1       1000000    250000    750000    25%     100        300   25%   /Volumes/My Disk\n\
             /dev/disk3s5     482797652 233000000 235246240    50% 1200000 2352462400    0%   /System/Volumes/Data",
        ),
        (
            "pmset",
            "Now drawing from 'Battery Power'\n -InternalBattery-0 (id=123)\t93%; discharging; 4:02 remaining present: true",
        ),
    ];
    for answer in asked(&bench, &programs, &[]) {
        let readings = answer.readings;
        assert_eq!(answer.platform, Some(Platform::Macos));
        assert_eq!(
            answer.boot_id.as_deref(),
            Some("5D0C5A0E-6F5C-4F1E-9A76-0123456789AB")
        );
        assert_eq!(readings.uptime_s, Reading::Value(86_400));
        assert_eq!(readings.load_1m, Reading::Value(1.52));
        assert_eq!(readings.memory_total_bytes, Reading::Value(17_179_869_184));
        assert_eq!(readings.memory_available_percent, Reading::Value(25.0));
        assert_eq!(readings.disk_used_percent, Reading::Value(51.3));
        let mount = Reading::Value("/System/Volumes/Data".to_owned());
        assert_eq!(readings.disk_mount, mount);
        let disks = readings.disks.value().unwrap();
        let shown: Vec<_> = disks
            .iter()
            .map(|disk| {
                (
                    disk.mount.as_str(),
                    disk.used_percent,
                    disk.inodes_used_percent,
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("/System/Volumes/Data", 51.3, Some(0.1)),
                ("/Volumes/My Disk", 25.0, Some(25.0))
            ]
        );
        assert_eq!(readings.battery_percent, Reading::Value(93.0));
        assert_eq!(readings.battery_discharging, Reading::Value(true));
        assert_eq!(
            readings.cpu_percent,
            Reading::unavailable("macOS shows no counters to a shell")
        );
    }
}

#[test]
fn termux_answers_without_the_counters_that_android_hides() {
    let bench = Bench::new();
    let prefix = bench.home().join("usr");
    fs::create_dir(&prefix).unwrap();
    let prefix = prefix.to_str().unwrap();
    let battery =
        "{\n  \"health\": \"GOOD\",\n  \"percentage\": 81,\n  \"status\": \"DISCHARGING\"\n}";
    let uptime = " 12:34:56 up 3 days,  4:05,  load average: 1.23, 1.45, 1.60";
    let programs = [("uptime", uptime), ("termux-battery-status", battery)];
    let variables = [("TERMUX_VERSION", "0.119"), ("PREFIX", prefix)];
    for answer in asked(&bench, &programs, &variables) {
        let readings = answer.readings;
        assert_eq!(answer.platform, Some(Platform::Termux));
        assert_eq!(readings.uptime_s, Reading::Value(273_900));
        assert_eq!(readings.load_1m, Reading::Value(1.23));
        assert_eq!(readings.battery_percent, Reading::Value(81.0));
        assert_eq!(readings.battery_discharging, Reading::Value(true));
        assert_eq!(
            readings.cpu_percent,
            Reading::unavailable("Android hides /proc/stat")
        );
        assert!(readings.memory_total_bytes.value().is_some());
        assert!(readings.disk_used_percent.value().is_some());
        assert_eq!(answer.cpu_ticks, None);
    }
}
