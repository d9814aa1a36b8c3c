//! Tests of the lab itself and, on it, of the provider under real Terraform.

mod lab;
