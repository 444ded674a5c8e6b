//! This machine's own readings.
//!
//! Linux and macOS through sysinfo where it is right; Android through system
//! calls that its seccomp filter allows, because `/proc/stat`, `/proc/loadavg`
//! and `/proc/uptime` are closed there.

mod battery;
pub mod checks;
pub mod disks;
mod kernel;
pub(super) mod name;
mod network;
mod pressure;
pub mod reach;
pub mod service;
pub mod ssh;

use std::path::PathBuf;
use std::time::Duration;

use super::clock;
use super::surroundings::Surroundings;
use super::tmux;
use crate::model::moment::Moment;
use crate::model::node::CpuTicks;
use crate::model::reading::{Reading, Readings, share};

/// What to look at besides the cheap readings.
#[derive(Debug, Clone, Default)]
pub struct Questions {
    /// Where an ssh server is to answer; `None`: where its own configuration says.
    pub ssh_address: Option<String>,
    /// Addresses `HOST:PORT` that prove the network; none: the default gateway.
    pub network: Vec<String>,
    /// The services to ask, by name.
    pub services: Vec<(String, service::Check)>,
    /// How long each service has to answer.
    pub service_limit: Duration,
    /// Sockets of registered tmux servers, asked besides the default one.
    pub tmux_sockets: Vec<PathBuf>,
    /// Which of the dear readings to take; the others say that nobody asked.
    pub ask: Ask,
}

/// The readings that ask another program or machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "five independent questions")]
pub struct Ask {
    /// The ssh server.
    pub sshd: bool,
    /// The network.
    pub network: bool,
    /// tmux.
    pub sessions: bool,
    /// The battery.
    pub battery: bool,
    /// The services.
    pub services: bool,
}

impl Ask {
    /// All of them.
    pub const ALL: Self = Self {
        sshd: true,
        network: true,
        sessions: true,
        battery: true,
        services: true,
    };
}

/// One look at this machine.
#[derive(Debug, Clone)]
pub struct Look {
    /// When.
    pub moment: Moment,
    /// What was measured. `cpu_percent` waits for the ticks to be compared.
    pub readings: Readings,
    /// Names this boot.
    pub boot_id: Option<String>,
    /// Processor time so far.
    pub cpu_ticks: Option<CpuTicks>,
    /// Bytes that were swapped in since boot, where stalls are not told.
    pub swapped_in_bytes: Option<u64>,
    /// Services that were asked and have not answered yet.
    pub asking: Vec<String>,
}

/// How long the network has to answer.
const NETWORK_LIMIT: Duration = Duration::from_secs(3);

/// Looks at this machine.
#[must_use]
pub fn look(around: &Surroundings, questions: &Questions) -> Look {
    let memory = kernel::memory();
    let disks = disks::measure(&around.home);
    let (memory_stall_percent, swapped_in_bytes) = pressure::read();
    let (cpu_percent, cpu_ticks) = kernel::processor();
    let mut readings = Readings {
        disk_used_percent: disks.home_used_percent,
        disk_mount: disks.home_mount,
        disks: disks.all,
        memory_available_percent: memory
            .clone()
            .map(|memory| share(memory.available, memory.total)),
        memory_total_bytes: memory.clone().map(|memory| memory.total),
        memory_available_bytes: memory.map(|memory| memory.available),
        memory_stall_percent,
        swap_in_bytes_per_s: match swapped_in_bytes {
            Some(_) => Reading::unavailable("needs a second sample"),
            None => Reading::unavailable("stalls are told instead"),
        },
        load_1m: kernel::load(),
        cpu_percent,
        uptime_s: kernel::uptime(),
        ..Readings::none("not asked this time")
    };
    // The slowest answer decides how long a look takes: the network is asked meanwhile.
    let network = questions.ask.network.then(|| {
        let targets = questions.network.clone();
        let ask = move || network::answers(&targets, NETWORK_LIMIT);
        std::thread::Builder::new().spawn(ask)
    });
    if questions.ask.sshd {
        readings.sshd = ssh::banner(&ssh::address(questions.ssh_address.as_deref(), around));
    }
    if questions.ask.sessions {
        readings.tmux_sessions = tmux::sessions(around, &questions.tmux_sockets);
    }
    if questions.ask.services {
        readings.services = service::ready(&questions.services, around, questions.service_limit);
    }
    if questions.ask.battery {
        (readings.battery_percent, readings.battery_discharging) = battery::charge(around);
    }
    if let Some(network) = network {
        readings.network = match network.map(std::thread::JoinHandle::join) {
            Ok(Ok(answers)) => answers,
            Ok(Err(_)) => Reading::failed("the check broke down"),
            Err(error) => Reading::failed(error.to_string()),
        };
    }
    Look {
        moment: moment(),
        readings,
        boot_id: kernel::boot_id(),
        cpu_ticks,
        swapped_in_bytes,
        asking: Vec::new(),
    }
}

/// Now, by both clocks.
#[must_use]
pub fn moment() -> Moment {
    Moment {
        at: clock::now(),
        elapsed_ms: u64::try_from(clock::elapsed().as_millis()).unwrap_or(u64::MAX),
        boot: kernel::boot_id().unwrap_or_default(),
    }
}

/// The short host name: what stands before the first dot.
#[must_use]
pub fn name() -> String {
    let name = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    name.split('.').next().unwrap_or_default().to_owned()
}

/// The processor architecture and kernel, for `doctor`.
#[must_use]
pub fn kernel_name() -> String {
    let uname = rustix::system::uname();
    let words = [uname.sysname(), uname.release(), uname.machine()];
    words
        .map(|word| word.to_string_lossy().into_owned())
        .join(" ")
}
