//! Compiles the protocol's definition in pure Rust, so that nobody needs `protoc` to build a provider.

use std::error::Error;

const DEFINITIONS: [&str; 3] = [
    "proto/tfplugin6.proto",
    "proto/go_plugin.proto",
    "proto/health.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    for definition in DEFINITIONS {
        println!("cargo::rerun-if-changed={definition}");
    }
    let descriptors = protox::compile(DEFINITIONS, ["proto"])?;
    tonic_prost_build::configure()
        .build_transport(false)
        .compile_fds(descriptors)?;
    Ok(())
}
