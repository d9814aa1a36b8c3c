//! What a plugin and Terraform agree on before the first call: through the environment and one line on stdout.

use std::env;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The variable by which Terraform says that it is Terraform. No secret: it only tells a plugin started by
/// Terraform from one started by hand.
const MAGIC_COOKIE_KEY: &str = "TF_PLUGIN_MAGIC_COOKIE";
const MAGIC_COOKIE_VALUE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// The version of the line itself.
const CORE_PROTOCOL_VERSION: u32 = 1;
/// The one version of the provider protocol that this crate speaks.
pub(crate) const PROTOCOL_VERSION: u32 = 6;

/// How the process was started.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// By a person, who wants to know what this is.
    ByHand,
    /// By a developer, to be attached to through `TF_REATTACH_PROVIDERS`.
    Debug(Offer),
    /// By Terraform.
    Plugin(Offer),
}

/// What the environment offers for the connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Offer {
    /// The certificate that the client will show, PEM. With none there is no TLS.
    pub(crate) client_certificate: Option<String>,
    /// Where unix sockets shall be made.
    pub(crate) socket_directory: Option<PathBuf>,
    /// The range of TCP ports; 0 to 0 means any.
    pub(crate) ports: (u16, u16),
    /// The versions of the provider protocol that the client speaks; empty if it did not say.
    pub(crate) versions: Vec<u32>,
    /// Whether the client asks about several connections over one socket.
    pub(crate) asks_multiplex: bool,
}

impl Start {
    /// Reads the process's own arguments and environment.
    pub(crate) fn detect() -> Self {
        let debug = env::args()
            .skip(1)
            .any(|argument| argument == "--debug" || argument == "-debug");
        Self::from(debug, |key| env::var(key).ok())
    }

    fn from(debug: bool, variable: impl Fn(&str) -> Option<String>) -> Self {
        let given = |key: &str| variable(key).filter(|value| !value.is_empty());
        let port = |key: &str| {
            given(key)
                .and_then(|value| value.trim().parse().ok())
                .unwrap_or(0)
        };
        let offer = Offer {
            client_certificate: given("PLUGIN_CLIENT_CERT"),
            socket_directory: given("PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from),
            ports: (port("PLUGIN_MIN_PORT"), port("PLUGIN_MAX_PORT")),
            versions: given("PLUGIN_PROTOCOL_VERSIONS")
                .map(|list| {
                    list.split(',')
                        .filter_map(|version| version.trim().parse().ok())
                        .collect()
                })
                .unwrap_or_default(),
            asks_multiplex: given("PLUGIN_MULTIPLEX_GRPC").is_some(),
        };
        if debug {
            // A reattaching Terraform brings no certificate.
            Self::Debug(Offer {
                client_certificate: None,
                ..offer
            })
        } else if variable(MAGIC_COOKIE_KEY).as_deref() == Some(MAGIC_COOKIE_VALUE) {
            Self::Plugin(offer)
        } else {
            Self::ByHand
        }
    }
}

impl Offer {
    /// Whether the client speaks the version of this crate. A client that gave no list is taken to.
    pub(crate) fn speaks_our_version(&self) -> bool {
        self.versions.is_empty() || self.versions.contains(&PROTOCOL_VERSION)
    }

    /// The line on stdout that tells Terraform where and how to connect.
    ///
    /// It names our version even to a client that does not speak it: the client then says so to its user better
    /// than we could.
    pub(crate) fn line(&self, network: &str, address: &str, certificate: Option<&[u8]>) -> String {
        let certificate = certificate
            .map(|der| STANDARD_NO_PAD.encode(der))
            .unwrap_or_default();
        // Older clients take everything after the fifth bar for the certificate: the seventh part only if asked.
        let multiplex = if self.asks_multiplex { "|false" } else { "" };
        format!(
            "{CORE_PROTOCOL_VERSION}|{PROTOCOL_VERSION}|{network}|{address}|grpc|{certificate}{multiplex}\n"
        )
    }
}

/// The environment setting that makes Terraform attach to this process, as one line for a shell.
pub(crate) fn reattach_line(provider: &str, network: &str, address: &str, process: u32) -> String {
    let attach = serde_json::json!({
        provider: {
            "Protocol": "grpc",
            "ProtocolVersion": PROTOCOL_VERSION,
            "Pid": process,
            // Terraform shall not end what it did not start.
            "Test": true,
            "Addr": { "Network": network, "String": address },
        }
    });
    format!("TF_REATTACH_PROVIDERS='{attach}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(debug: bool, environment: &[(&str, &str)]) -> Start {
        Start::from(debug, |key| {
            environment
                .iter()
                .find(|(name, _)| *name == key)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn without_the_cookie_it_was_a_person() {
        assert_eq!(start(false, &[]), Start::ByHand);
        assert_eq!(
            start(false, &[(MAGIC_COOKIE_KEY, "another")]),
            Start::ByHand
        );
    }

    #[test]
    fn the_environment_is_read_whole() {
        let Start::Plugin(offer) = start(
            false,
            &[
                (MAGIC_COOKIE_KEY, MAGIC_COOKIE_VALUE),
                ("PLUGIN_CLIENT_CERT", "pem"),
                ("PLUGIN_UNIX_SOCKET_DIR", "/sockets"),
                ("PLUGIN_MIN_PORT", "10000"),
                ("PLUGIN_MAX_PORT", "25000"),
                ("PLUGIN_PROTOCOL_VERSIONS", "5,6"),
            ],
        ) else {
            panic!("not taken for a start by Terraform");
        };
        assert_eq!(
            offer,
            Offer {
                client_certificate: Some("pem".to_owned()),
                socket_directory: Some(PathBuf::from("/sockets")),
                ports: (10000, 25000),
                versions: vec![5, 6],
                asks_multiplex: false,
            }
        );
        assert!(offer.speaks_our_version());
    }

    #[test]
    fn a_client_of_version_five_only_is_known_for_that() {
        let offer = Offer {
            versions: vec![4, 5],
            ..Offer::default()
        };
        assert!(!offer.speaks_our_version());
    }

    #[test]
    fn debugging_takes_no_certificate() {
        let Start::Debug(offer) = start(true, &[("PLUGIN_CLIENT_CERT", "pem")]) else {
            panic!("not taken for debugging");
        };
        assert_eq!(offer.client_certificate, None);
    }

    #[test]
    fn the_line_has_six_parts_and_a_seventh_only_if_asked() {
        let offer = Offer::default();
        assert_eq!(
            offer.line("unix", "/s", Some(&[0xff, 0xfe])),
            "1|6|unix|/s|grpc|//4\n"
        );
        assert_eq!(
            offer.line("tcp", "127.0.0.1:1", None),
            "1|6|tcp|127.0.0.1:1|grpc|\n"
        );
        let offer = Offer {
            asks_multiplex: true,
            ..offer
        };
        assert_eq!(offer.line("unix", "/s", None), "1|6|unix|/s|grpc||false\n");
    }

    #[test]
    fn the_reattach_line_is_what_terraform_parses() {
        let line = reattach_line("registry.terraform.io/example/toy", "unix", "/s", 7);
        let json = line
            .trim_start_matches("TF_REATTACH_PROVIDERS='")
            .trim_end_matches('\'');
        let parsed: serde_json::Value = serde_json::from_str(json).unwrap();
        let attach = &parsed["registry.terraform.io/example/toy"];
        assert_eq!(attach["Addr"]["String"], "/s");
        assert_eq!(attach["ProtocolVersion"], 6);
        assert_eq!(attach["Pid"], 7);
    }
}
