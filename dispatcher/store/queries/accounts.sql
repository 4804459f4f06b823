-- name: add_user
INSERT INTO users (username, display_name, role, unit_code, password_hash, token_hash, created_at)
VALUES (%(username)s, %(display_name)s, %(role)s, %(unit_code)s, %(password_hash)s, %(token_hash)s, %(created_at)s)
    ON CONFLICT (username) DO NOTHING
RETURNING username;

-- name: user_by_name
SELECT username, display_name, role, unit_code, disabled, session_generation, password_hash
  FROM users WHERE username = %(username)s;

-- name: user_in_session
SELECT username, display_name, role, unit_code, disabled, session_generation
  FROM users
 WHERE username = %(username)s AND NOT disabled
   AND NOT EXISTS (SELECT FROM ended_sessions WHERE session_id = %(session_id)s);

-- name: end_session
INSERT INTO ended_sessions (session_id, ends_at) VALUES (%(session_id)s, %(ends_at)s) ON CONFLICT DO NOTHING;

-- name: forget_sessions
DELETE FROM ended_sessions WHERE ends_at < %(before)s;

-- name: user_by_token
SELECT username, display_name, role, unit_code, disabled, session_generation
  FROM users WHERE token_hash = %(token_hash)s AND NOT disabled;

-- name: all_users
SELECT username, display_name, role, unit_code, disabled, session_generation FROM users ORDER BY username;

-- name: lock_user
SELECT username, display_name, role, unit_code, disabled, session_generation FROM users WHERE username = %(username)s FOR UPDATE;

-- name: disable_user
UPDATE users SET disabled = true, session_generation = session_generation + 1 WHERE username = %(username)s;

-- name: enable_user
UPDATE users SET disabled = false WHERE username = %(username)s;

-- name: reset_user
UPDATE users
   SET password_hash = %(password_hash)s, token_hash = %(token_hash)s, session_generation = session_generation + 1
 WHERE username = %(username)s;

-- name: change_user
UPDATE users SET role = %(role)s, unit_code = %(unit_code)s WHERE username = %(username)s;

-- name: change_password
-- Only where the password is still the one that was compared: a reset meanwhile stands.
UPDATE users
   SET password_hash = %(new_hash)s, session_generation = session_generation + 1
 WHERE username = %(username)s AND password_hash = %(old_hash)s AND NOT disabled
RETURNING username, display_name, role, unit_code, disabled, session_generation;
