-- No relay of this release asks for the order of writing any more.
DROP INDEX outbox_unpublished;
