//! The ledger of membership time.
