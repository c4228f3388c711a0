"""Transactions: services are provisioned in journaled commands, which are rolled back where one fails (REQUESTS 6)."""
