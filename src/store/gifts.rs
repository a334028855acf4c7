//! Gifts and the audit of their changes.
