"""What a person's own password must be."""

import pytest

from dispatcher.rules.passwords import password_problem


@pytest.mark.parametrize(
    ("new", "repeated", "told"),
    [
        ("correct horse battery", "correct horse battery", None),
        ("春眠不觉晓，处处闻啼鸟。", "春眠不觉晓，处处闻啼鸟。", None),
        ("correct horse battery", "correct horse batterz", "不一样"),
        ("x" * 11, "x" * 11, "12 到 128 个字符"),
        ("x" * 129, "x" * 129, "12 到 128 个字符"),
        ("the old password", "the old password", "旧密码一样"),
        ("Chen.Li-123456", "Chen.Li-123456", "用户名"),
    ],
)
def test_a_password_is_long_new_typed_twice_and_not_the_name(new, repeated, told):
    """The sentence says what to mend."""
    problem = password_problem(new, repeated=repeated, old="the old password", username="chen.li")

    assert (problem is None) if told is None else (told in problem)
