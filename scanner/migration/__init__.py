"""Where each sender should go before Basic ends, what has to be asked for that, and how far it is."""
