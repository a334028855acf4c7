//! The providers' webhook signatures: made and checked over raw bytes. Pure; shared with the sandbox.
