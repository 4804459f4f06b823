"""What a person's own password must be: long, rather than made of many kinds of signs (NIST SP 800-63B, 5.1.1.2).

The lengths are defaults of ours (D). Passwords that the program makes have 16 signs.
"""

SHORTEST, LONGEST = 12, 128


def password_problem(new: str, *, repeated: str, old: str, username: str) -> str | None:
    """Return what is wrong with a new password, as a sentence for the person who chose it; None when nothing is."""
    if new != repeated:
        return "两次输入的新密码不一样。"
    if not SHORTEST <= len(new) <= LONGEST:
        return f"新密码要有 {SHORTEST} 到 {LONGEST} 个字符；可以用一句容易记住的话。"
    if new == old:
        return "新密码和旧密码一样，请换一个。"
    if username.casefold() in new.casefold():
        return "新密码里不要有用户名。"
    return None
