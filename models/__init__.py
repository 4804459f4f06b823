"""The words of the hotline: what a contact, a ticket, a unit and a deadline are."""
