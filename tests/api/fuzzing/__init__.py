"""Every operation asked with everything its document allows, and with what it does not, by Schemathesis."""
