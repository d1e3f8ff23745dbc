"""The SMTP replies of Exchange Online: what each one means, why it comes and what opens the way again."""
