-- name: add_user
INSERT INTO users (username, display_name, role, unit_code, password_hash, token_hash, created_at)
VALUES (%(username)s, %(display_name)s, %(role)s, %(unit_code)s, %(password_hash)s, %(token_hash)s, %(created_at)s)
    ON CONFLICT (username) DO NOTHING
RETURNING username;

-- name: user_by_name
SELECT username, display_name, role, unit_code, disabled, password_hash FROM users WHERE username = %(username)s;

-- name: user_by_token
SELECT username, display_name, role, unit_code, disabled FROM users WHERE token_hash = %(token_hash)s AND NOT disabled;

-- name: all_users
SELECT username, display_name, role, unit_code, disabled FROM users ORDER BY username;

-- name: disable_user
UPDATE users SET disabled = true WHERE username = %(username)s RETURNING username;
