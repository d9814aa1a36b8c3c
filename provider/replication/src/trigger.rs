//! The trigger of an echo: what wakes a program that keeps a site protected.

pub mod events;
