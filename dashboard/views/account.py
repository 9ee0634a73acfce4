"""Account: who is said to stand behind it, on what evidence, and what is collected of it."""

from dashboard import account

account.page()
