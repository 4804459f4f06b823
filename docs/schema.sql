--
-- PostgreSQL database dump
--

--
-- Name: make_month_partition(integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.make_month_partition(yyyymm integer) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    following int := CASE WHEN yyyymm % 100 = 12 THEN yyyymm + 89 ELSE yyyymm + 1 END;
BEGIN
    EXECUTE format('CREATE TABLE IF NOT EXISTS tickets_%s PARTITION OF tickets FOR VALUES FROM (%s) TO (%s)',
                   yyyymm, yyyymm, following);
    EXECUTE format('CREATE TABLE IF NOT EXISTS ticket_events_%s PARTITION OF ticket_events FOR VALUES FROM (%s) TO (%s)',
                   yyyymm, yyyymm, following);
END
$$;

--
-- Name: FUNCTION make_month_partition(yyyymm integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.make_month_partition(yyyymm integer) IS 'Makes the partitions of one month (202611) for tickets and their events.';

--
-- Name: access_log; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.access_log (
    id bigint NOT NULL,
    actor text NOT NULL,
    act text NOT NULL,
    subject text NOT NULL,
    purpose text NOT NULL,
    occurred_at timestamp with time zone NOT NULL
);

--
-- Name: TABLE access_log; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.access_log IS 'Who looked at whose data, who logged in, who changed which user, and why. Append-only.';

--
-- Name: access_log_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.access_log ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.access_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: assignments; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.assignments (
    ticket_no text NOT NULL,
    unit_code text NOT NULL,
    role text NOT NULL,
    mode text NOT NULL,
    dispatched_at timestamp with time zone NOT NULL,
    signed_at timestamp with time zone,
    replied_at timestamp with time zone,
    ended_at timestamp with time zone,
    matrix_version text NOT NULL,
    basis text NOT NULL,
    contacted_at timestamp with time zone,
    returned_at timestamp with time zone,
    return_result text,
    overridden text
);

ALTER TABLE ONLY public.assignments FORCE ROW LEVEL SECURITY;

--
-- Name: calendar_warnings; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.calendar_warnings (
    covered_until date NOT NULL,
    warned_at timestamp with time zone NOT NULL
);

--
-- Name: TABLE calendar_warnings; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.calendar_warnings IS 'That supervisors were told, once, that the calendar ends on this day.';

--
-- Name: calendars; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.calendars (
    version text NOT NULL,
    years integer[] NOT NULL,
    holidays jsonb NOT NULL,
    workdays jsonb NOT NULL,
    loaded_at timestamp with time zone NOT NULL,
    loaded_by text NOT NULL
);

--
-- Name: TABLE calendars; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.calendars IS 'Years whose notice came after the profile was made (hotline calendar load). Days with their names. Append-only.';

--
-- Name: call_backs; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.call_backs (
    ticket_no text NOT NULL,
    round smallint NOT NULL,
    attempt smallint NOT NULL,
    made_at timestamp with time zone NOT NULL,
    reached boolean NOT NULL,
    responded boolean,
    solved boolean
);

--
-- Name: TABLE call_backs; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.call_backs IS 'Attempts to call a citizen back, and what was heard (回访).';

--
-- Name: call_segments; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.call_segments (
    call_id text NOT NULL,
    seg integer NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    spk text NOT NULL,
    text text NOT NULL,
    conf real,
    start_ms integer NOT NULL,
    end_ms integer NOT NULL,
    final boolean NOT NULL
);

--
-- Name: COLUMN call_segments.version; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.call_segments.version IS 'Counts how often the segment was heard differently, up to its final form.';

--
-- Name: call_steps; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.call_steps (
    call_id text NOT NULL,
    seq integer NOT NULL,
    state text NOT NULL,
    at timestamp with time zone NOT NULL,
    ivr jsonb NOT NULL,
    queue text,
    agent text,
    side text
);

--
-- Name: calls; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.calls (
    call_id text NOT NULL,
    contact_id uuid NOT NULL,
    first_heard_at timestamp with time zone NOT NULL,
    last_heard_at timestamp with time zone NOT NULL,
    hung_up boolean NOT NULL,
    settled_at timestamp with time zone,
    began_at timestamp with time zone,
    queued_at timestamp with time zone,
    answered_at timestamp with time zone,
    ended_at timestamp with time zone,
    ivr jsonb DEFAULT '[]'::jsonb NOT NULL,
    queue text,
    agent text,
    side text,
    result text,
    alarm text,
    alarm_heard_at timestamp with time zone,
    alerted_at timestamp with time zone
);

--
-- Name: TABLE calls; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.calls IS 'One telephone call; from began_at on what its steps came to, written when it was settled.';

--
-- Name: COLUMN calls.alarm; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.calls.alarm IS 'The word or pair of words; NULL where the whole of what was said alarmed.';

--
-- Name: citizen_messages; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.citizen_messages (
    id bigint NOT NULL,
    contact_id uuid NOT NULL,
    ticket_no text,
    channel text NOT NULL,
    name text NOT NULL,
    text text NOT NULL,
    written_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone
);

--
-- Name: TABLE citizen_messages; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.citizen_messages IS 'What citizens are told; name is the text''s name in the profile. Numbers and openids stay in the vault.';

--
-- Name: citizen_messages_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.citizen_messages ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.citizen_messages_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: consultations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.consultations (
    ticket_no text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    cause text NOT NULL,
    decided_at timestamp with time zone,
    unit_code text,
    basis text
);

--
-- Name: TABLE consultations; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.consultations IS 'Who leads a ticket that units have rightly returned again and again (疑难会商).';

--
-- Name: contacts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.contacts (
    contact_id uuid NOT NULL,
    channel text NOT NULL,
    caller_ref text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    accepted_at timestamp with time zone NOT NULL,
    raw_text text NOT NULL,
    asr_confidence real,
    district text,
    fate text,
    ticket_no text,
    settled_at timestamp with time zone,
    language text
);

--
-- Name: TABLE contacts; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.contacts IS 'One call or one message, raw; its id is derived from the door''s idempotency key.';

--
-- Name: COLUMN contacts.language; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.contacts.language IS 'zh, en or other, as it was understood; NULL while it was not.';

--
-- Name: dead_letters; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.dead_letters (
    id bigint NOT NULL,
    reference text NOT NULL,
    cause text NOT NULL,
    detail text NOT NULL,
    body bytea NOT NULL,
    contact_id uuid,
    occurred_at timestamp with time zone NOT NULL
);

--
-- Name: dead_letters_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.dead_letters ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.dead_letters_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: deadlines; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.deadlines (
    ticket_no text NOT NULL,
    stage text NOT NULL,
    number smallint DEFAULT 1 NOT NULL,
    unit_code text,
    clock text NOT NULL,
    start timestamp with time zone NOT NULL,
    due timestamp with time zone NOT NULL,
    provisional boolean NOT NULL,
    days date[] NOT NULL,
    calendar_version text NOT NULL,
    profile_version text NOT NULL,
    result text,
    settled_at timestamp with time zone,
    stopped_at timestamp with time zone,
    done_at timestamp with time zone,
    rings_at timestamp with time zone,
    proof jsonb DEFAULT '{}'::jsonb NOT NULL
);

ALTER TABLE ONLY public.deadlines FORCE ROW LEVEL SECURITY;

--
-- Name: COLUMN deadlines.stopped_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.deadlines.stopped_at IS 'When the work was handed in; the clock stands until the review has decided.';

--
-- Name: COLUMN deadlines.done_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.deadlines.done_at IS 'When the stage was finished for good, by the moment of the work and not of its review.';

--
-- Name: COLUMN deadlines.rings_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.deadlines.rings_at IS 'The next moment at which time alone makes something happen; NULL where nothing will.';

--
-- Name: COLUMN deadlines.proof; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.deadlines.proof IS 'What the due was counted from: allowance, pauses, extension, earlier dues.';

--
-- Name: ended_sessions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ended_sessions (
    session_id text NOT NULL,
    ends_at timestamp with time zone NOT NULL
);

--
-- Name: TABLE ended_sessions; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.ended_sessions IS 'Sessions that their users ended before their time. A row goes with a later log-out, once the cookie has run out.';

--
-- Name: held_topics; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.held_topics (
    topic text NOT NULL,
    reason text NOT NULL,
    since timestamp with time zone NOT NULL
);

--
-- Name: TABLE held_topics; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.held_topics IS 'A topic that Kafka refuses: its messages wait in the outbox, in order, until it takes them.';

--
-- Name: incident_tickets; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.incident_tickets (
    ticket_no text NOT NULL,
    incident text NOT NULL,
    joined_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    follows boolean NOT NULL,
    left_at timestamp with time zone
);

--
-- Name: COLUMN incident_tickets.follows; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.incident_tickets.follows IS 'The lead''s work is this ticket''s work: it is no work item of its own.';

--
-- Name: incidents; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.incidents (
    incident text NOT NULL,
    category_code text NOT NULL,
    district_code text,
    lead_ticket text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    tickets integer NOT NULL,
    hotspot_at timestamp with time zone,
    answered_at timestamp with time zone
);

--
-- Name: TABLE incidents; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.incidents IS 'One event that several callers told of (并案); lead_ticket is the one job of the unit.';

--
-- Name: installation; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.installation (
    fact text NOT NULL,
    value text NOT NULL,
    CONSTRAINT installation_fact_check CHECK ((fact = ANY (ARRAY['profile'::text, 'ticket_prefix'::text, 'vault_key'::text, 'index_key'::text])))
);

--
-- Name: TABLE installation; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.installation IS 'Noted at the first use, then compared at every start: the profile''s name, its letters in ticket numbers, and what tells each key from another without being it.';

--
-- Name: knowledge; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.knowledge (
    article_id text NOT NULL,
    version integer NOT NULL,
    status text NOT NULL,
    title text NOT NULL,
    answer text NOT NULL,
    body text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    office text NOT NULL,
    document text NOT NULL,
    issued_on date NOT NULL,
    url text,
    categories text[] NOT NULL,
    keywords text[] NOT NULL,
    links jsonb NOT NULL,
    written_by text NOT NULL,
    written_at timestamp with time zone NOT NULL,
    reviewed_by text,
    reviewed_at timestamp with time zone,
    CONSTRAINT knowledge_check CHECK ((valid_to >= valid_from)),
    CONSTRAINT knowledge_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'published'::text, 'withdrawn'::text]))),
    CONSTRAINT knowledge_version_check CHECK ((version > 0))
);

--
-- Name: TABLE knowledge; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.knowledge IS 'One version of a knowledge article (知识条目); a correction is a new version.';

--
-- Name: knowledge_acts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.knowledge_acts (
    id bigint NOT NULL,
    article_id text NOT NULL,
    version integer NOT NULL,
    status text NOT NULL,
    actor text NOT NULL,
    at timestamp with time zone NOT NULL,
    note text
);

--
-- Name: TABLE knowledge_acts; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.knowledge_acts IS 'The history of the articles, append-only: who gave which version which status.';

--
-- Name: knowledge_acts_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.knowledge_acts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.knowledge_acts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: knowledge_citations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.knowledge_citations (
    cited_in text NOT NULL,
    article_id text NOT NULL,
    version integer NOT NULL,
    valid_on date NOT NULL,
    cited_at timestamp with time zone NOT NULL
);

--
-- Name: COLUMN knowledge_citations.cited_in; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.knowledge_citations.cited_in IS 'A ticket''s number, or the id of a contact that the machine answered.';

--
-- Name: knowledge_proposals; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.knowledge_proposals (
    ticket_no text NOT NULL,
    question text NOT NULL,
    answer text NOT NULL,
    basis text,
    unit_code text NOT NULL,
    category_code text NOT NULL,
    proposed_at timestamp with time zone NOT NULL,
    state text NOT NULL,
    decided_by text,
    decided_at timestamp with time zone,
    reason text,
    article_id text,
    CONSTRAINT knowledge_proposals_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'published'::text, 'refused'::text])))
);

--
-- Name: TABLE knowledge_proposals; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.knowledge_proposals IS 'Answers of units that satisfied a citizen and may become articles; redacted.';

--
-- Name: known_topics; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.known_topics (
    topic text NOT NULL,
    topic_id uuid NOT NULL,
    seen_at timestamp with time zone NOT NULL
);

--
-- Name: TABLE known_topics; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.known_topics IS 'A topic that returns with another id has lost its messages: they are published again from the outbox.';

--
-- Name: matrix_proposals; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.matrix_proposals (
    proposal_no bigint NOT NULL,
    category_code text NOT NULL,
    district_code text,
    subject text,
    lead text NOT NULL,
    co_units text[] DEFAULT '{}'::text[] NOT NULL,
    basis text NOT NULL,
    holds_from date,
    holds_to date,
    origin text NOT NULL,
    tickets text[] DEFAULT '{}'::text[] NOT NULL,
    proposed_by text[] NOT NULL,
    proposed_at timestamp with time zone NOT NULL,
    state text DEFAULT 'proposed'::text NOT NULL,
    reviewed_by text,
    reviewed_at timestamp with time zone,
    note text,
    version integer,
    base text,
    CONSTRAINT matrix_proposals_approved CHECK ((((state = 'approved'::text) = (version IS NOT NULL)) AND ((version IS NULL) OR ((holds_from IS NOT NULL) AND (base IS NOT NULL))))),
    CONSTRAINT matrix_proposals_reviewed CHECK (((state = 'proposed'::text) = (reviewed_by IS NULL))),
    CONSTRAINT matrix_proposals_state CHECK ((state = ANY (ARRAY['proposed'::text, 'approved'::text, 'refused'::text]))),
    CONSTRAINT matrix_proposals_two_people CHECK (((reviewed_by IS NULL) OR (reviewed_by <> ALL (proposed_by))))
);

--
-- Name: TABLE matrix_proposals; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.matrix_proposals IS 'Changes of the 派单目录: 草拟, 审核, 生效. An approved one holds from holds_from on.';

--
-- Name: COLUMN matrix_proposals.tickets; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.matrix_proposals.tickets IS 'The tickets that showed the need, the first first; more are added while nobody has decided.';

--
-- Name: COLUMN matrix_proposals.version; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.matrix_proposals.version IS 'Numbers the approved changes; the matrix is named by the profile''s version and the last of them.';

--
-- Name: COLUMN matrix_proposals.base; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.matrix_proposals.base IS 'The version of the profile''s matrix when the change was approved.';

--
-- Name: matrix_proposals_proposal_no_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.matrix_proposals ALTER COLUMN proposal_no ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.matrix_proposals_proposal_no_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: missed_calls; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.missed_calls (
    call_id text NOT NULL,
    contact_id uuid NOT NULL,
    caller_ref text NOT NULL,
    rang_off_at timestamp with time zone NOT NULL,
    listed_at timestamp with time zone NOT NULL,
    due timestamp with time zone NOT NULL,
    answered_at timestamp with time zone,
    called_back_at timestamp with time zone,
    called_back_by text,
    reached boolean
);

--
-- Name: TABLE missed_calls; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.missed_calls IS 'Calls that rang off unanswered (漏接): on the call-back list from listed_at on, unless the caller was answered before.';

--
-- Name: notices; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.notices (
    id bigint NOT NULL,
    ticket_no text NOT NULL,
    unit_code text NOT NULL,
    kind text NOT NULL,
    day date NOT NULL,
    noted_at timestamp with time zone NOT NULL,
    version integer NOT NULL
);

--
-- Name: TABLE notices; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.notices IS 'Cards, nudges, extensions, transfers and steps of supervision that a unit was told of. Append-only.';

--
-- Name: notices_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.notices ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.notices_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: nuisance_callers; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.nuisance_callers (
    caller_ref text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    contact_id uuid NOT NULL,
    contacts integer NOT NULL,
    decision text,
    decided_at timestamp with time zone,
    decided_by text,
    limited_until timestamp with time zone
);

--
-- Name: TABLE nuisance_callers; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.nuisance_callers IS 'Callers who only disturbed so often that a shift lead was asked to limit them; decision is limited or left.';

--
-- Name: outbox; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.outbox (
    seq bigint NOT NULL,
    event_id uuid NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    unit_code text,
    unit_seq bigint,
    ticket_no text,
    envelope text NOT NULL,
    written_at timestamp with time zone NOT NULL,
    published_at timestamp with time zone
)
WITH (autovacuum_vacuum_scale_factor='0.0', autovacuum_vacuum_threshold='20000', fillfactor='90');

ALTER TABLE ONLY public.outbox FORCE ROW LEVEL SECURITY;

--
-- Name: outbox_seq_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.outbox ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.outbox_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

--
-- Name: ratings; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ratings (
    ticket_no text NOT NULL,
    unit_code text NOT NULL,
    rating text NOT NULL,
    rated_at timestamp with time zone NOT NULL,
    reason text,
    round smallint DEFAULT 1 NOT NULL
);

ALTER TABLE ONLY public.ratings FORCE ROW LEVEL SECURITY;

--
-- Name: repeat_links; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.repeat_links (
    ticket_no text NOT NULL,
    earlier_no text NOT NULL
);

--
-- Name: TABLE repeat_links; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.repeat_links IS 'A ticket whose matter was closed before under another number (再次反映).';

--
-- Name: rollups; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.rollups (
    family text NOT NULL,
    labels text[] NOT NULL,
    slot smallint NOT NULL,
    value bigint NOT NULL
)
WITH (fillfactor='50', autovacuum_vacuum_scale_factor='0.0', autovacuum_vacuum_threshold='2000');

--
-- Name: TABLE rollups; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.rollups IS 'Business counters, slotted by writer and summed by the exporter; half-empty pages keep updates in place.';

--
-- Name: schema_migrations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.schema_migrations (
    number integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL
);

--
-- Name: stream_offsets; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.stream_offsets (
    group_name text NOT NULL,
    topic_id uuid NOT NULL,
    partition integer NOT NULL,
    topic text NOT NULL,
    next_offset bigint DEFAULT 0 NOT NULL,
    attempted_offset bigint,
    attempts integer DEFAULT 0 NOT NULL,
    last_error text
);

--
-- Name: talks; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.talks (
    caller_ref text NOT NULL,
    service text,
    subject text,
    failures smallint DEFAULT 0 NOT NULL,
    locked_until timestamp with time zone,
    told_at timestamp with time zone
);

--
-- Name: TABLE talks; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.talks IS 'Where a citizen''s talk with the machine stands (自主服务).';

--
-- Name: ticket_events; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ticket_events (
    ticket_no text NOT NULL,
    month integer NOT NULL,
    version integer NOT NULL,
    kind text NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    actor_role text NOT NULL,
    actor_name text NOT NULL,
    actor_unit text,
    from_state text,
    to_state text NOT NULL,
    profile_version text NOT NULL,
    data jsonb NOT NULL
)
PARTITION BY RANGE (month);

ALTER TABLE ONLY public.ticket_events FORCE ROW LEVEL SECURITY;

--
-- Name: TABLE ticket_events; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.ticket_events IS 'Append-only audit: the application may insert and read, nobody but the owner may change.';

--
-- Name: ticket_events_other; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ticket_events_other (
    ticket_no text CONSTRAINT ticket_events_ticket_no_not_null NOT NULL,
    month integer CONSTRAINT ticket_events_month_not_null NOT NULL,
    version integer CONSTRAINT ticket_events_version_not_null NOT NULL,
    kind text CONSTRAINT ticket_events_kind_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT ticket_events_occurred_at_not_null NOT NULL,
    actor_role text CONSTRAINT ticket_events_actor_role_not_null NOT NULL,
    actor_name text CONSTRAINT ticket_events_actor_name_not_null NOT NULL,
    actor_unit text,
    from_state text,
    to_state text CONSTRAINT ticket_events_to_state_not_null NOT NULL,
    profile_version text CONSTRAINT ticket_events_profile_version_not_null NOT NULL,
    data jsonb CONSTRAINT ticket_events_data_not_null NOT NULL
);

--
-- Name: ticket_keys; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ticket_keys (
    ticket_no text NOT NULL,
    contact_id uuid NOT NULL,
    item smallint DEFAULT 1 NOT NULL
);

--
-- Name: ticket_places; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ticket_places (
    category_code text NOT NULL,
    name text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    ticket_no text NOT NULL
);

--
-- Name: TABLE ticket_places; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.ticket_places IS 'By which names of places a ticket is found again when another caller tells of the same event.';

--
-- Name: ticket_sequences; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ticket_sequences (
    day text NOT NULL,
    last bigint NOT NULL
);

--
-- Name: tickets; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tickets (
    ticket_no text NOT NULL,
    month integer NOT NULL,
    contact_id uuid NOT NULL,
    version integer NOT NULL,
    state text NOT NULL,
    state_since timestamp with time zone NOT NULL,
    channel text NOT NULL,
    request_type text NOT NULL,
    category_code text NOT NULL,
    urgency text NOT NULL,
    text text NOT NULL,
    caller_ref text NOT NULL,
    salutation text,
    district_code text,
    address text,
    lead_unit text,
    top jsonb NOT NULL,
    review_reasons text[] NOT NULL,
    machine_category text NOT NULL,
    machine_type text NOT NULL,
    alarm text,
    nudges integer DEFAULT 0 NOT NULL,
    received_at timestamp with time zone NOT NULL,
    registered_at timestamp with time zone NOT NULL,
    profile_version text NOT NULL,
    matrix_version text NOT NULL,
    model_version text NOT NULL,
    subject text,
    anonymous boolean DEFAULT false NOT NULL,
    confidential boolean DEFAULT false NOT NULL,
    round smallint DEFAULT 1 NOT NULL,
    accepted_returns smallint DEFAULT 0 NOT NULL,
    supervision smallint DEFAULT 0 NOT NULL,
    self_service boolean DEFAULT false NOT NULL,
    parent_no text,
    item smallint DEFAULT 1 NOT NULL,
    linked text[] DEFAULT '{}'::text[] NOT NULL,
    plate text,
    plate_kind text,
    amount numeric,
    extension_asked smallint,
    first_closed_at timestamp with time zone
)
PARTITION BY RANGE (month);

ALTER TABLE ONLY public.tickets FORCE ROW LEVEL SECURITY;

--
-- Name: COLUMN tickets.month; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.tickets.month IS 'yyyymm as it stands in the ticket number; every lookup by number names it, so one partition is read.';

--
-- Name: COLUMN tickets.subject; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.tickets.subject IS 'citizen or enterprise; NULL in tickets that were registered before this was kept.';

--
-- Name: tickets_other; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tickets_other (
    ticket_no text CONSTRAINT tickets_ticket_no_not_null NOT NULL,
    month integer CONSTRAINT tickets_month_not_null NOT NULL,
    contact_id uuid CONSTRAINT tickets_contact_id_not_null NOT NULL,
    version integer CONSTRAINT tickets_version_not_null NOT NULL,
    state text CONSTRAINT tickets_state_not_null NOT NULL,
    state_since timestamp with time zone CONSTRAINT tickets_state_since_not_null NOT NULL,
    channel text CONSTRAINT tickets_channel_not_null NOT NULL,
    request_type text CONSTRAINT tickets_request_type_not_null NOT NULL,
    category_code text CONSTRAINT tickets_category_code_not_null NOT NULL,
    urgency text CONSTRAINT tickets_urgency_not_null NOT NULL,
    text text CONSTRAINT tickets_text_not_null NOT NULL,
    caller_ref text CONSTRAINT tickets_caller_ref_not_null NOT NULL,
    salutation text,
    district_code text,
    address text,
    lead_unit text,
    top jsonb CONSTRAINT tickets_top_not_null NOT NULL,
    review_reasons text[] CONSTRAINT tickets_review_reasons_not_null NOT NULL,
    machine_category text CONSTRAINT tickets_machine_category_not_null NOT NULL,
    machine_type text CONSTRAINT tickets_machine_type_not_null NOT NULL,
    alarm text,
    nudges integer DEFAULT 0 CONSTRAINT tickets_nudges_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT tickets_received_at_not_null NOT NULL,
    registered_at timestamp with time zone CONSTRAINT tickets_registered_at_not_null NOT NULL,
    profile_version text CONSTRAINT tickets_profile_version_not_null NOT NULL,
    matrix_version text CONSTRAINT tickets_matrix_version_not_null NOT NULL,
    model_version text CONSTRAINT tickets_model_version_not_null NOT NULL,
    subject text,
    anonymous boolean DEFAULT false CONSTRAINT tickets_anonymous_not_null NOT NULL,
    confidential boolean DEFAULT false CONSTRAINT tickets_confidential_not_null NOT NULL,
    round smallint DEFAULT 1 CONSTRAINT tickets_round_not_null NOT NULL,
    accepted_returns smallint DEFAULT 0 CONSTRAINT tickets_accepted_returns_not_null NOT NULL,
    supervision smallint DEFAULT 0 CONSTRAINT tickets_supervision_not_null NOT NULL,
    self_service boolean DEFAULT false CONSTRAINT tickets_self_service_not_null NOT NULL,
    parent_no text,
    item smallint DEFAULT 1 CONSTRAINT tickets_item_not_null NOT NULL,
    linked text[] DEFAULT '{}'::text[] CONSTRAINT tickets_linked_not_null NOT NULL,
    plate text,
    plate_kind text,
    amount numeric,
    extension_asked smallint,
    first_closed_at timestamp with time zone
);

--
-- Name: unit_sequences; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.unit_sequences (
    unit_code text NOT NULL,
    last bigint NOT NULL
);

--
-- Name: TABLE unit_sequences; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.unit_sequences IS 'The relay''s gapless count of each unit''s messages; written before the first send.';

--
-- Name: users; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.users (
    username text NOT NULL,
    display_name text NOT NULL,
    role text NOT NULL,
    unit_code text,
    password_hash text NOT NULL,
    token_hash text,
    disabled boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL,
    session_generation integer DEFAULT 0 NOT NULL,
    CONSTRAINT users_unit CHECK (((role ~~ 'unit%'::text) = (unit_code IS NOT NULL)))
);

--
-- Name: COLUMN users.session_generation; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.users.session_generation IS 'Raised to end all sessions of the user; a session holds the one it began with.';

--
-- Name: vault; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.vault (
    contact_id uuid NOT NULL,
    caller_ref text NOT NULL,
    key_id text NOT NULL,
    sealed bytea NOT NULL
);

--
-- Name: TABLE vault; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.vault IS 'Phone, name, openid and recording, AES-256-GCM; caller_ref is an HMAC and finds a caller.';

--
-- Name: ticket_events_other; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ticket_events ATTACH PARTITION public.ticket_events_other DEFAULT;

--
-- Name: tickets_other; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tickets ATTACH PARTITION public.tickets_other DEFAULT;

--
-- Name: access_log access_log_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.access_log
    ADD CONSTRAINT access_log_pkey PRIMARY KEY (id);

--
-- Name: assignments assignments_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.assignments
    ADD CONSTRAINT assignments_pkey PRIMARY KEY (ticket_no, unit_code, dispatched_at);

--
-- Name: calendar_warnings calendar_warnings_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.calendar_warnings
    ADD CONSTRAINT calendar_warnings_pkey PRIMARY KEY (covered_until);

--
-- Name: calendars calendars_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.calendars
    ADD CONSTRAINT calendars_pkey PRIMARY KEY (version);

--
-- Name: call_backs call_backs_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.call_backs
    ADD CONSTRAINT call_backs_pkey PRIMARY KEY (ticket_no, round, attempt);

--
-- Name: call_segments call_segments_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.call_segments
    ADD CONSTRAINT call_segments_pkey PRIMARY KEY (call_id, seg);

--
-- Name: call_steps call_steps_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.call_steps
    ADD CONSTRAINT call_steps_pkey PRIMARY KEY (call_id, seq, state, at);

--
-- Name: calls calls_contact_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.calls
    ADD CONSTRAINT calls_contact_id_key UNIQUE (contact_id);

--
-- Name: calls calls_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.calls
    ADD CONSTRAINT calls_pkey PRIMARY KEY (call_id);

--
-- Name: citizen_messages citizen_messages_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.citizen_messages
    ADD CONSTRAINT citizen_messages_pkey PRIMARY KEY (id);

--
-- Name: consultations consultations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.consultations
    ADD CONSTRAINT consultations_pkey PRIMARY KEY (ticket_no, opened_at);

--
-- Name: contacts contacts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.contacts
    ADD CONSTRAINT contacts_pkey PRIMARY KEY (contact_id);

--
-- Name: dead_letters dead_letters_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.dead_letters
    ADD CONSTRAINT dead_letters_pkey PRIMARY KEY (id);

--
-- Name: dead_letters dead_letters_reference_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.dead_letters
    ADD CONSTRAINT dead_letters_reference_key UNIQUE (reference);

--
-- Name: deadlines deadlines_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deadlines
    ADD CONSTRAINT deadlines_pkey PRIMARY KEY (ticket_no, stage, number);

--
-- Name: ended_sessions ended_sessions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ended_sessions
    ADD CONSTRAINT ended_sessions_pkey PRIMARY KEY (session_id);

--
-- Name: held_topics held_topics_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.held_topics
    ADD CONSTRAINT held_topics_pkey PRIMARY KEY (topic);

--
-- Name: incident_tickets incident_tickets_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.incident_tickets
    ADD CONSTRAINT incident_tickets_pkey PRIMARY KEY (ticket_no);

--
-- Name: incidents incidents_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.incidents
    ADD CONSTRAINT incidents_pkey PRIMARY KEY (incident);

--
-- Name: installation installation_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.installation
    ADD CONSTRAINT installation_pkey PRIMARY KEY (fact);

--
-- Name: knowledge_acts knowledge_acts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.knowledge_acts
    ADD CONSTRAINT knowledge_acts_pkey PRIMARY KEY (id);

--
-- Name: knowledge_citations knowledge_citations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.knowledge_citations
    ADD CONSTRAINT knowledge_citations_pkey PRIMARY KEY (article_id, version, cited_in);

--
-- Name: knowledge knowledge_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.knowledge
    ADD CONSTRAINT knowledge_pkey PRIMARY KEY (article_id, version);

--
-- Name: knowledge_proposals knowledge_proposals_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.knowledge_proposals
    ADD CONSTRAINT knowledge_proposals_pkey PRIMARY KEY (ticket_no);

--
-- Name: known_topics known_topics_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.known_topics
    ADD CONSTRAINT known_topics_pkey PRIMARY KEY (topic);

--
-- Name: matrix_proposals matrix_proposals_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.matrix_proposals
    ADD CONSTRAINT matrix_proposals_pkey PRIMARY KEY (proposal_no);

--
-- Name: matrix_proposals matrix_proposals_version_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.matrix_proposals
    ADD CONSTRAINT matrix_proposals_version_key UNIQUE (version);

--
-- Name: missed_calls missed_calls_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.missed_calls
    ADD CONSTRAINT missed_calls_pkey PRIMARY KEY (call_id);

--
-- Name: notices notices_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.notices
    ADD CONSTRAINT notices_pkey PRIMARY KEY (id);

--
-- Name: notices notices_ticket_no_unit_code_kind_version_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.notices
    ADD CONSTRAINT notices_ticket_no_unit_code_kind_version_key UNIQUE (ticket_no, unit_code, kind, version);

--
-- Name: nuisance_callers nuisance_callers_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.nuisance_callers
    ADD CONSTRAINT nuisance_callers_pkey PRIMARY KEY (caller_ref, asked_at);

--
-- Name: outbox outbox_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (seq);

--
-- Name: ratings ratings_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ratings
    ADD CONSTRAINT ratings_pkey PRIMARY KEY (ticket_no, round);

--
-- Name: repeat_links repeat_links_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.repeat_links
    ADD CONSTRAINT repeat_links_pkey PRIMARY KEY (ticket_no);

--
-- Name: rollups rollups_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.rollups
    ADD CONSTRAINT rollups_pkey PRIMARY KEY (family, labels, slot);

--
-- Name: schema_migrations schema_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (number);

--
-- Name: stream_offsets stream_offsets_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stream_offsets
    ADD CONSTRAINT stream_offsets_pkey PRIMARY KEY (group_name, topic_id, partition);

--
-- Name: talks talks_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.talks
    ADD CONSTRAINT talks_pkey PRIMARY KEY (caller_ref);

--
-- Name: ticket_events ticket_events_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ticket_events
    ADD CONSTRAINT ticket_events_pkey PRIMARY KEY (month, ticket_no, version);

--
-- Name: ticket_events_other ticket_events_other_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ticket_events_other
    ADD CONSTRAINT ticket_events_other_pkey PRIMARY KEY (month, ticket_no, version);

--
-- Name: ticket_keys ticket_keys_contact_id_item_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ticket_keys
    ADD CONSTRAINT ticket_keys_contact_id_item_key UNIQUE (contact_id, item);

--
-- Name: ticket_keys ticket_keys_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ticket_keys
    ADD CONSTRAINT ticket_keys_pkey PRIMARY KEY (ticket_no);

--
-- Name: ticket_places ticket_places_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ticket_places
    ADD CONSTRAINT ticket_places_pkey PRIMARY KEY (category_code, name, received_at, ticket_no);

--
-- Name: ticket_sequences ticket_sequences_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ticket_sequences
    ADD CONSTRAINT ticket_sequences_pkey PRIMARY KEY (day);

--
-- Name: tickets tickets_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tickets
    ADD CONSTRAINT tickets_pkey PRIMARY KEY (month, ticket_no);

--
-- Name: tickets_other tickets_other_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tickets_other
    ADD CONSTRAINT tickets_other_pkey PRIMARY KEY (month, ticket_no);

--
-- Name: unit_sequences unit_sequences_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.unit_sequences
    ADD CONSTRAINT unit_sequences_pkey PRIMARY KEY (unit_code);

--
-- Name: users users_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (username);

--
-- Name: users users_token_hash_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_token_hash_key UNIQUE (token_hash);

--
-- Name: vault vault_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.vault
    ADD CONSTRAINT vault_pkey PRIMARY KEY (contact_id);

--
-- Name: access_log_occurred; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX access_log_occurred ON public.access_log USING btree (occurred_at, id);

--
-- Name: assignments_ended; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX assignments_ended ON public.assignments USING btree (ended_at) WHERE ((role = 'lead'::text) AND (ended_at IS NOT NULL));

--
-- Name: assignments_of_unit; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX assignments_of_unit ON public.assignments USING btree (unit_code, dispatched_at, ticket_no);

--
-- Name: assignments_one_lead; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX assignments_one_lead ON public.assignments USING btree (ticket_no) WHERE ((role = 'lead'::text) AND (ended_at IS NULL));

--
-- Name: assignments_open_of_unit; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX assignments_open_of_unit ON public.assignments USING btree (unit_code, ticket_no) WHERE (ended_at IS NULL);

--
-- Name: calls_running; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_running ON public.calls USING btree (last_heard_at) WHERE (settled_at IS NULL);

--
-- Name: citizen_messages_unsent; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX citizen_messages_unsent ON public.citizen_messages USING btree (id) WHERE (sent_at IS NULL);

--
-- Name: consultations_running; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX consultations_running ON public.consultations USING btree (opened_at, ticket_no) WHERE (decided_at IS NULL);

--
-- Name: contacts_of_caller; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX contacts_of_caller ON public.contacts USING btree (caller_ref, accepted_at);

--
-- Name: contacts_unsettled; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX contacts_unsettled ON public.contacts USING btree (accepted_at) WHERE (fate IS NULL);

--
-- Name: deadlines_provisional; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deadlines_provisional ON public.deadlines USING btree (due) WHERE provisional;

--
-- Name: deadlines_ringing; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deadlines_ringing ON public.deadlines USING btree (rings_at) WHERE (rings_at IS NOT NULL);

--
-- Name: deadlines_running; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deadlines_running ON public.deadlines USING btree (due) WHERE (result IS NULL);

--
-- Name: deadlines_to_recount; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deadlines_to_recount ON public.deadlines USING btree (calendar_version, ticket_no) WHERE (provisional AND (result IS NULL) AND (done_at IS NULL));

--
-- Name: incident_tickets_of; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX incident_tickets_of ON public.incident_tickets USING btree (incident, received_at);

--
-- Name: incidents_hot; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX incidents_hot ON public.incidents USING btree (hotspot_at DESC, incident) WHERE ((hotspot_at IS NOT NULL) AND (answered_at IS NULL));

--
-- Name: knowledge_acts_of_article; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX knowledge_acts_of_article ON public.knowledge_acts USING btree (article_id, id);

--
-- Name: knowledge_proposals_waiting; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX knowledge_proposals_waiting ON public.knowledge_proposals USING btree (proposed_at) WHERE (state = 'waiting'::text);

--
-- Name: knowledge_published; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX knowledge_published ON public.knowledge USING btree (article_id) WHERE (status = 'published'::text);

--
-- Name: matrix_proposals_open; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX matrix_proposals_open ON public.matrix_proposals USING btree (category_code, COALESCE(district_code, ''::text), COALESCE(subject, ''::text), lead) WHERE (state = 'proposed'::text);

--
-- Name: missed_calls_of_caller; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX missed_calls_of_caller ON public.missed_calls USING btree (caller_ref);

--
-- Name: missed_calls_waiting; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX missed_calls_waiting ON public.missed_calls USING btree (listed_at) WHERE ((answered_at IS NULL) AND (called_back_at IS NULL));

--
-- Name: notices_of_day; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX notices_of_day ON public.notices USING btree (day, kind);

--
-- Name: nuisance_callers_undecided; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX nuisance_callers_undecided ON public.nuisance_callers USING btree (asked_at) WHERE (decision IS NULL);

--
-- Name: outbox_by_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_by_age ON public.outbox USING btree (written_at);

--
-- Name: outbox_next; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_next ON public.outbox USING btree (unit_seq, seq) WHERE (published_at IS NULL);

--
-- Name: outbox_unit_stream; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX outbox_unit_stream ON public.outbox USING btree (unit_code, unit_seq) WHERE (unit_seq IS NOT NULL);

--
-- Name: ticket_events_replies; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ticket_events_replies ON ONLY public.ticket_events USING btree (((data ->> 'unit'::text)), occurred_at) WHERE (kind = 'unit.replied'::text);

--
-- Name: ticket_events_other_expr_occurred_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ticket_events_other_expr_occurred_at_idx ON public.ticket_events_other USING btree (((data ->> 'unit'::text)), occurred_at) WHERE (kind = 'unit.replied'::text);

--
-- Name: tickets_asking_for_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tickets_asking_for_time ON ONLY public.tickets USING btree (state_since) WHERE (extension_asked IS NOT NULL);

--
-- Name: tickets_closed_of_caller; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tickets_closed_of_caller ON ONLY public.tickets USING btree (caller_ref, ticket_no) WHERE (state = ANY (ARRAY['closed'::text, 'archived'::text]));

--
-- Name: tickets_emergencies; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tickets_emergencies ON ONLY public.tickets USING btree (registered_at) WHERE (urgency = '3'::text);

--
-- Name: tickets_not_ended_of_caller; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tickets_not_ended_of_caller ON ONLY public.tickets USING btree (caller_ref, ticket_no) WHERE (state <> ALL (ARRAY['closed'::text, 'declined'::text, 'withdrawn'::text, 'archived'::text]));

--
-- Name: tickets_open_of_caller; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tickets_open_of_caller ON ONLY public.tickets USING btree (caller_ref) WHERE (state = ANY (ARRAY['pending'::text, 'dispatched'::text, 'signed'::text, 'replied'::text]));

--
-- Name: tickets_other_caller_ref_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tickets_other_caller_ref_idx ON public.tickets_other USING btree (caller_ref) WHERE (state = ANY (ARRAY['pending'::text, 'dispatched'::text, 'signed'::text, 'replied'::text]));

--
-- Name: tickets_other_caller_ref_ticket_no_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tickets_other_caller_ref_ticket_no_idx ON public.tickets_other USING btree (caller_ref, ticket_no) WHERE (state = ANY (ARRAY['closed'::text, 'archived'::text]));

--
-- Name: tickets_other_caller_ref_ticket_no_idx1; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tickets_other_caller_ref_ticket_no_idx1 ON public.tickets_other USING btree (caller_ref, ticket_no) WHERE (state <> ALL (ARRAY['closed'::text, 'declined'::text, 'withdrawn'::text, 'archived'::text]));

--
-- Name: tickets_other_registered_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tickets_other_registered_at_idx ON public.tickets_other USING btree (registered_at) WHERE (urgency = '3'::text);

--
-- Name: tickets_pending; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tickets_pending ON ONLY public.tickets USING btree (registered_at, ticket_no) WHERE (state = 'pending'::text);

--
-- Name: tickets_other_registered_at_ticket_no_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tickets_other_registered_at_ticket_no_idx ON public.tickets_other USING btree (registered_at, ticket_no) WHERE (state = 'pending'::text);

--
-- Name: tickets_other_state_since_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tickets_other_state_since_idx ON public.tickets_other USING btree (state_since) WHERE (extension_asked IS NOT NULL);

--
-- Name: tickets_waiting; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tickets_waiting ON ONLY public.tickets USING btree (state, state_since) WHERE (state = ANY (ARRAY['return_requested'::text, 'replied'::text, 'awaiting_call_back'::text, 'called_back'::text]));

--
-- Name: tickets_other_state_state_since_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tickets_other_state_state_since_idx ON public.tickets_other USING btree (state, state_since) WHERE (state = ANY (ARRAY['return_requested'::text, 'replied'::text, 'awaiting_call_back'::text, 'called_back'::text]));

--
-- Name: tickets_supervised; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tickets_supervised ON ONLY public.tickets USING btree (supervision DESC, ticket_no) WHERE ((supervision > 0) AND (state <> ALL (ARRAY['closed'::text, 'declined'::text, 'withdrawn'::text, 'archived'::text])));

--
-- Name: tickets_other_supervision_ticket_no_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tickets_other_supervision_ticket_no_idx ON public.tickets_other USING btree (supervision DESC, ticket_no) WHERE ((supervision > 0) AND (state <> ALL (ARRAY['closed'::text, 'declined'::text, 'withdrawn'::text, 'archived'::text])));

--
-- Name: tickets_pending_urgent_first; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tickets_pending_urgent_first ON ONLY public.tickets USING btree (urgency DESC, registered_at, ticket_no) WHERE (state = 'pending'::text);

--
-- Name: tickets_other_urgency_registered_at_ticket_no_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tickets_other_urgency_registered_at_ticket_no_idx ON public.tickets_other USING btree (urgency DESC, registered_at, ticket_no) WHERE (state = 'pending'::text);

--
-- Name: vault_by_caller; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX vault_by_caller ON public.vault USING btree (caller_ref);

--
-- Name: ticket_events_other_expr_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.ticket_events_replies ATTACH PARTITION public.ticket_events_other_expr_occurred_at_idx;

--
-- Name: ticket_events_other_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.ticket_events_pkey ATTACH PARTITION public.ticket_events_other_pkey;

--
-- Name: tickets_other_caller_ref_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.tickets_open_of_caller ATTACH PARTITION public.tickets_other_caller_ref_idx;

--
-- Name: tickets_other_caller_ref_ticket_no_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.tickets_closed_of_caller ATTACH PARTITION public.tickets_other_caller_ref_ticket_no_idx;

--
-- Name: tickets_other_caller_ref_ticket_no_idx1; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.tickets_not_ended_of_caller ATTACH PARTITION public.tickets_other_caller_ref_ticket_no_idx1;

--
-- Name: tickets_other_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.tickets_pkey ATTACH PARTITION public.tickets_other_pkey;

--
-- Name: tickets_other_registered_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.tickets_emergencies ATTACH PARTITION public.tickets_other_registered_at_idx;

--
-- Name: tickets_other_registered_at_ticket_no_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.tickets_pending ATTACH PARTITION public.tickets_other_registered_at_ticket_no_idx;

--
-- Name: tickets_other_state_since_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.tickets_asking_for_time ATTACH PARTITION public.tickets_other_state_since_idx;

--
-- Name: tickets_other_state_state_since_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.tickets_waiting ATTACH PARTITION public.tickets_other_state_state_since_idx;

--
-- Name: tickets_other_supervision_ticket_no_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.tickets_supervised ATTACH PARTITION public.tickets_other_supervision_ticket_no_idx;

--
-- Name: tickets_other_urgency_registered_at_ticket_no_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.tickets_pending_urgent_first ATTACH PARTITION public.tickets_other_urgency_registered_at_ticket_no_idx;

--
-- Name: call_segments call_segments_call_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.call_segments
    ADD CONSTRAINT call_segments_call_id_fkey FOREIGN KEY (call_id) REFERENCES public.calls(call_id);

--
-- Name: call_steps call_steps_call_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.call_steps
    ADD CONSTRAINT call_steps_call_id_fkey FOREIGN KEY (call_id) REFERENCES public.calls(call_id);

--
-- Name: incident_tickets incident_tickets_incident_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.incident_tickets
    ADD CONSTRAINT incident_tickets_incident_fkey FOREIGN KEY (incident) REFERENCES public.incidents(incident);

--
-- Name: knowledge_acts knowledge_acts_article_id_version_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.knowledge_acts
    ADD CONSTRAINT knowledge_acts_article_id_version_fkey FOREIGN KEY (article_id, version) REFERENCES public.knowledge(article_id, version);

--
-- Name: knowledge_citations knowledge_citations_article_id_version_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.knowledge_citations
    ADD CONSTRAINT knowledge_citations_article_id_version_fkey FOREIGN KEY (article_id, version) REFERENCES public.knowledge(article_id, version);

--
-- Name: assignments; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.assignments ENABLE ROW LEVEL SECURITY;

--
-- Name: deadlines; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.deadlines ENABLE ROW LEVEL SECURITY;

--
-- Name: assignments everything; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY everything ON public.assignments TO hotline_app USING (true) WITH CHECK (true);

--
-- Name: deadlines everything; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY everything ON public.deadlines TO hotline_app USING (true) WITH CHECK (true);

--
-- Name: outbox everything; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY everything ON public.outbox TO hotline_app USING (true) WITH CHECK (true);

--
-- Name: ratings everything; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY everything ON public.ratings TO hotline_app USING (true) WITH CHECK (true);

--
-- Name: ticket_events everything; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY everything ON public.ticket_events TO hotline_app USING (true) WITH CHECK (true);

--
-- Name: tickets everything; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY everything ON public.tickets TO hotline_app USING (true) WITH CHECK (true);

--
-- Name: outbox; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.outbox ENABLE ROW LEVEL SECURITY;

--
-- Name: assignments own_unit; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY own_unit ON public.assignments FOR SELECT TO hotline_unit USING ((unit_code = current_setting('hotline.unit'::text, true)));

--
-- Name: deadlines own_unit; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY own_unit ON public.deadlines FOR SELECT TO hotline_unit USING ((unit_code = current_setting('hotline.unit'::text, true)));

--
-- Name: outbox own_unit; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY own_unit ON public.outbox FOR SELECT TO hotline_unit USING ((unit_code = current_setting('hotline.unit'::text, true)));

--
-- Name: ratings own_unit; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY own_unit ON public.ratings FOR SELECT TO hotline_unit USING ((unit_code = current_setting('hotline.unit'::text, true)));

--
-- Name: ticket_events own_unit; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY own_unit ON public.ticket_events FOR SELECT TO hotline_unit USING ((EXISTS ( SELECT
   FROM public.assignments a
  WHERE ((a.ticket_no = ticket_events.ticket_no) AND (a.unit_code = current_setting('hotline.unit'::text, true))))));

--
-- Name: tickets own_unit; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY own_unit ON public.tickets FOR SELECT TO hotline_unit USING ((EXISTS ( SELECT
   FROM public.assignments a
  WHERE ((a.ticket_no = tickets.ticket_no) AND (a.unit_code = current_setting('hotline.unit'::text, true))))));

--
-- Name: ratings; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.ratings ENABLE ROW LEVEL SECURITY;

--
-- Name: ticket_events; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.ticket_events ENABLE ROW LEVEL SECURITY;

--
-- Name: tickets; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.tickets ENABLE ROW LEVEL SECURITY;

--
-- Name: assignments upkeep; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY upkeep ON public.assignments TO hotline_owner USING (true) WITH CHECK (true);

--
-- Name: deadlines upkeep; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY upkeep ON public.deadlines TO hotline_owner USING (true) WITH CHECK (true);

--
-- Name: tickets upkeep; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY upkeep ON public.tickets TO hotline_owner USING (true) WITH CHECK (true);

--
-- Name: SCHEMA public; Type: ACL; Schema: -; Owner: -
--

GRANT ALL ON SCHEMA public TO hotline_owner;
GRANT USAGE ON SCHEMA public TO hotline_app;
GRANT USAGE ON SCHEMA public TO hotline_unit;

--
-- Name: FUNCTION make_month_partition(yyyymm integer); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.make_month_partition(yyyymm integer) FROM PUBLIC;

--
-- Name: TABLE access_log; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.access_log TO hotline_app;

--
-- Name: TABLE assignments; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.assignments TO hotline_app;
GRANT SELECT ON TABLE public.assignments TO hotline_unit;

--
-- Name: TABLE calendar_warnings; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.calendar_warnings TO hotline_app;

--
-- Name: TABLE calendars; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.calendars TO hotline_app;

--
-- Name: TABLE call_backs; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.call_backs TO hotline_app;

--
-- Name: TABLE call_segments; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.call_segments TO hotline_app;

--
-- Name: TABLE call_steps; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.call_steps TO hotline_app;

--
-- Name: TABLE calls; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.calls TO hotline_app;

--
-- Name: TABLE citizen_messages; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.citizen_messages TO hotline_app;

--
-- Name: TABLE consultations; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.consultations TO hotline_app;

--
-- Name: TABLE contacts; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.contacts TO hotline_app;

--
-- Name: TABLE dead_letters; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.dead_letters TO hotline_app;

--
-- Name: TABLE deadlines; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.deadlines TO hotline_app;
GRANT SELECT ON TABLE public.deadlines TO hotline_unit;

--
-- Name: TABLE ended_sessions; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE ON TABLE public.ended_sessions TO hotline_app;

--
-- Name: TABLE held_topics; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.held_topics TO hotline_app;

--
-- Name: TABLE incident_tickets; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.incident_tickets TO hotline_app;

--
-- Name: TABLE incidents; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.incidents TO hotline_app;

--
-- Name: TABLE installation; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.installation TO hotline_app;

--
-- Name: TABLE knowledge; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.knowledge TO hotline_app;

--
-- Name: COLUMN knowledge.status; Type: ACL; Schema: public; Owner: -
--

GRANT UPDATE(status) ON TABLE public.knowledge TO hotline_app;

--
-- Name: COLUMN knowledge.reviewed_by; Type: ACL; Schema: public; Owner: -
--

GRANT UPDATE(reviewed_by) ON TABLE public.knowledge TO hotline_app;

--
-- Name: COLUMN knowledge.reviewed_at; Type: ACL; Schema: public; Owner: -
--

GRANT UPDATE(reviewed_at) ON TABLE public.knowledge TO hotline_app;

--
-- Name: TABLE knowledge_acts; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.knowledge_acts TO hotline_app;

--
-- Name: TABLE knowledge_citations; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.knowledge_citations TO hotline_app;

--
-- Name: TABLE knowledge_proposals; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.knowledge_proposals TO hotline_app;

--
-- Name: COLUMN knowledge_proposals.state; Type: ACL; Schema: public; Owner: -
--

GRANT UPDATE(state) ON TABLE public.knowledge_proposals TO hotline_app;

--
-- Name: COLUMN knowledge_proposals.decided_by; Type: ACL; Schema: public; Owner: -
--

GRANT UPDATE(decided_by) ON TABLE public.knowledge_proposals TO hotline_app;

--
-- Name: COLUMN knowledge_proposals.decided_at; Type: ACL; Schema: public; Owner: -
--

GRANT UPDATE(decided_at) ON TABLE public.knowledge_proposals TO hotline_app;

--
-- Name: COLUMN knowledge_proposals.reason; Type: ACL; Schema: public; Owner: -
--

GRANT UPDATE(reason) ON TABLE public.knowledge_proposals TO hotline_app;

--
-- Name: COLUMN knowledge_proposals.article_id; Type: ACL; Schema: public; Owner: -
--

GRANT UPDATE(article_id) ON TABLE public.knowledge_proposals TO hotline_app;

--
-- Name: TABLE known_topics; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.known_topics TO hotline_app;

--
-- Name: TABLE matrix_proposals; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.matrix_proposals TO hotline_app;

--
-- Name: TABLE missed_calls; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.missed_calls TO hotline_app;

--
-- Name: TABLE notices; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.notices TO hotline_app;

--
-- Name: TABLE nuisance_callers; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.nuisance_callers TO hotline_app;

--
-- Name: TABLE outbox; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.outbox TO hotline_app;
GRANT SELECT ON TABLE public.outbox TO hotline_unit;

--
-- Name: TABLE ratings; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.ratings TO hotline_app;
GRANT SELECT ON TABLE public.ratings TO hotline_unit;

--
-- Name: TABLE repeat_links; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.repeat_links TO hotline_app;

--
-- Name: TABLE rollups; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollups TO hotline_app;

--
-- Name: TABLE schema_migrations; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.schema_migrations TO hotline_app;

--
-- Name: TABLE stream_offsets; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.stream_offsets TO hotline_app;

--
-- Name: TABLE talks; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.talks TO hotline_app;

--
-- Name: TABLE ticket_events; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.ticket_events TO hotline_app;
GRANT SELECT ON TABLE public.ticket_events TO hotline_unit;

--
-- Name: TABLE ticket_keys; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.ticket_keys TO hotline_app;

--
-- Name: TABLE ticket_places; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,DELETE ON TABLE public.ticket_places TO hotline_app;

--
-- Name: TABLE ticket_sequences; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.ticket_sequences TO hotline_app;

--
-- Name: TABLE tickets; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.tickets TO hotline_app;
GRANT SELECT ON TABLE public.tickets TO hotline_unit;

--
-- Name: TABLE unit_sequences; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.unit_sequences TO hotline_app;

--
-- Name: TABLE users; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.users TO hotline_app;

--
-- Name: TABLE vault; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT,UPDATE ON TABLE public.vault TO hotline_app;

--
-- PostgreSQL database dump complete
--
