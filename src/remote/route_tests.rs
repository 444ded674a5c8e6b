use super::*;
use proptest::prelude::*;

/// What OpenSSH 9.2 prints, without the lists of algorithms and forwardings.
const PLAIN: &str = "host mugen
user ubuntu
hostname 192.0.2.7
port 2222
addressfamily any
checkhostip no
identitiesonly no
nohostauthenticationforlocalhost no
pubkeyauthentication true
stricthostkeychecking ask
verifyhostkeydns false
controlmaster auto
controlpath /home/me/.ssh/cm-d4f77dc4cb9ad3cade8e3ebc2c6f10456f496a6b
loglevel INFO
identityfile ~/.ssh/one
identityfile ~/.ssh/with space
globalknownhostsfile /etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2
userknownhostsfile /home/me/.ssh/kh1 /home/me/.ssh/kh2
proxyusefdpass no
controlpersist 60
";

/// The same of an alias beyond `mugen`, with nobody's keys named.
const JUMPED: &str = "host bee
user root
hostname b
port 22
identitiesonly no
stricthostkeychecking accept-new
controlmaster false
hostkeyalias bee
identityagent none
identityfile ~/.ssh/id_rsa
identityfile ~/.ssh/id_ecdsa
identityfile ~/.ssh/id_ed25519
userknownhostsfile /home/me/.ssh/known_hosts
proxyjump mugen
";

fn route(text: &str) -> Route {
    Route::parse(text, Path::new("/home/me")).unwrap()
}

fn at(host: &str, port: u16, more: &str) -> Route {
    route(&format!("hostname {host}\nport {port}\nuser me\n{more}\n"))
}

#[test]
fn a_route_is_what_ssh_says() {
    let route = route(PLAIN);
    let files = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
    assert_eq!(
        route,
        Route {
            host: "192.0.2.7".to_owned(),
            port: 2222,
            user: "ubuntu".to_owned(),
            proxied: false,
            proxy: None,
            key_name: "[192.0.2.7]:2222".to_owned(),
            identity_files: files(&["/home/me/.ssh/one", "/home/me/.ssh/with space"]),
            identities_only: false,
            identity_agent: None,
            key_provider: false,
            known_hosts: files(&[
                "/home/me/.ssh/kh1",
                "/home/me/.ssh/kh2",
                "/etc/ssh/ssh_known_hosts",
                "/etc/ssh/ssh_known_hosts2",
            ]),
            refuses_unknown: true,
            control_master: true,
            control_path: Some(
                "/home/me/.ssh/cm-d4f77dc4cb9ad3cade8e3ebc2c6f10456f496a6b".to_owned()
            ),
        }
    );
    assert!(!route.default_identities());
    assert_eq!(route.endpoint(), "192.0.2.7:2222");
}

#[test]
fn a_jump_an_alias_of_the_key_and_no_agent_are_seen() {
    let route = route(JUMPED);
    assert!(route.proxied && route.default_identities());
    assert!(!route.refuses_unknown && !route.control_master);
    assert_eq!(route.key_name, "bee");
    assert_eq!(route.identity_agent.as_deref(), Some("none"));
    assert_eq!(route.endpoint(), "b:22 by mugen");
    assert_ne!(route.endpoint(), at("b", 22, "").endpoint());
}

#[test]
fn none_is_no_proxy_and_no_master() {
    let route = at(
        "h",
        22,
        "proxyjump none\nproxycommand none\ncontrolpath none",
    );
    assert!(!route.proxied && route.control_path.is_none());
    assert_eq!(route.key_name, "h");
}

#[test]
fn only_this_machine_is_loopback() {
    for host in [
        "127.0.0.1",
        "127.8.9.1",
        "::1",
        "[::1]",
        "localhost",
        "::ffff:127.0.0.1",
    ] {
        assert!(at(host, 22, "").loopback(), "{host}");
        assert!(!at(host, 22, "proxyjump x").loopback(), "{host}");
    }
    for host in ["192.0.2.1", "::2", "localhost.example", "128.0.0.1"] {
        assert!(!at(host, 22, "").loopback(), "{host}");
    }
    assert_eq!(at("::1", 22, "").endpoint(), at("[::1]", 22, "").endpoint());
    assert!(!at("::1", 22, "nohostauthenticationforlocalhost yes").refuses_unknown);
}

#[test]
fn the_agent_is_that_of_the_environment_unless_the_configuration_names_one() {
    let agent = |more: &str| at("h", 22, more).agent(Some("/env")).map(ToOwned::to_owned);
    assert_eq!(agent("").as_deref(), Some("/env"));
    assert_eq!(
        agent("identityagent SSH_AUTH_SOCK").as_deref(),
        Some("/env")
    );
    assert_eq!(agent("identityagent /a/b").as_deref(), Some("/a/b"));
    assert_eq!(agent("identityagent none"), None);
}

#[test]
fn the_tokens_of_file_names_are_expanded() {
    let text = "identityfile %d/.ssh/%r@%h-%p%%\nidentityfile ~/k%C\nidentityfile ~x/k%";
    let files = at("h", 23, text).identity_files;
    let expected = ["/home/me/.ssh/me@h-23%", "/home/me/k%C", "~x/k%"];
    assert_eq!(files, expected.map(PathBuf::from));
}

#[test]
fn what_is_no_answer_is_no_route() {
    for text in [
        "",
        "hostname h\nport 22\n",
        "hostname \nport 22\nuser u",
        "hostname h\nport x\nuser u",
    ] {
        assert_eq!(Route::parse(text, Path::new("/")), None, "{text:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_answered(text in any::<String>(), value in "\\PC{0,40}") {
        let _ = Route::parse(&text, Path::new("/home/me"));
        let keys = ["identityfile", "userknownhostsfile", "proxyjump", "hostkeyalias", "controlpath"];
        let more = keys.map(|key| format!("{key} {value}")).join("\n");
        let text = format!("hostname h{value}\nport 22\nuser me\n{more}");
        let route = Route::parse(&text, Path::new("/home/me"));
        if let Some(route) = route {
            prop_assert!(!route.endpoint().is_empty());
            let _ = route.loopback();
        }
    }
}
