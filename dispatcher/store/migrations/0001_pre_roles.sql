-- The three roles of decision 11: owner (migrations), application (never superuser), unit (sees its own rows).
-- Roles belong to the whole server, so each is made only where it is missing. Passwords are the administrator's affair.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'hotline_owner') THEN
        CREATE ROLE hotline_owner NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'hotline_app') THEN
        CREATE ROLE hotline_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'hotline_unit') THEN
        CREATE ROLE hotline_unit NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL; -- another database of this server was migrated just now
END
$$;

-- The application may become a unit for one transaction, and is none otherwise.
GRANT hotline_unit TO hotline_app WITH INHERIT FALSE, SET TRUE;
-- Whoever migrates acts as the owner from the next migration on, so that no table belongs to a superuser.
GRANT hotline_owner TO CURRENT_USER;
GRANT USAGE, CREATE ON SCHEMA public TO hotline_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO hotline_app, hotline_unit;
