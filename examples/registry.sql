-- A registry of experiments: which are running, who is in which, and what was
-- decided.  Tables and functions of your own, to be changed as you like; the
-- extension itself has no tables.
--
--     psql -v ON_ERROR_STOP=1 -f examples/registry.sql
--
-- It makes the schema ab_registry and, if there is none of that name, the role
-- ab_assigner, which may ask for variants and nothing else.  Its functions run
-- with the rights of who runs this, so nobody else should be able to create
-- functions in the schema that ab_test is in (since PostgreSQL 15 nobody can in
-- public).
-- docs/howto/assignment-registry.md shows how it is used.

BEGIN;

CREATE SCHEMA ab_registry;
COMMENT ON SCHEMA ab_registry IS 'experiments, and what was decided for whom';

-- for this transaction and, by FROM CURRENT below, for the functions
SELECT set_config('search_path', format('ab_registry, %I, pg_temp', extnamespace::regnamespace), true) AS search_path
FROM pg_extension WHERE extname = 'ab_test';

-- The keys that are hashed have colons and slashes between their parts, so no
-- name may have them.
CREATE DOMAIN plain_name AS text CHECK (VALUE <> '' AND VALUE !~ '[:/]');
COMMENT ON DOMAIN plain_name IS 'a name that can be part of a hashed key';

CREATE TABLE holdout (
	name plain_name PRIMARY KEY,
	share float8 NOT NULL CHECK (share >= 0 AND share <= 1)
);
COMMENT ON TABLE holdout IS 'shares of all units who are kept out of the experiments that name it';

CREATE TABLE layer (
	id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name plain_name NOT NULL UNIQUE
);
COMMENT ON TABLE layer IS 'experiments of one layer exclude each other: each has slots of its own out of 10,000';

CREATE TABLE experiment (
	name plain_name PRIMARY KEY,
	salt plain_name,
	hashed text GENERATED ALWAYS AS (coalesce(salt::text, name::text)) STORED UNIQUE,
	layer_id int REFERENCES layer,
	holdout plain_name REFERENCES holdout,
	method text NOT NULL DEFAULT 'md5_10000' CHECK (method IN ('md5_10000', 'md5_53', 'rendezvous')),
	exposure float8 NOT NULL DEFAULT 1 CHECK (exposure >= 0 AND exposure <= 1),
	sticky boolean NOT NULL DEFAULT false,
	status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'running', 'stopped')),
	shipped text,
	started_at timestamptz,
	stopped_at timestamptz,
	UNIQUE (name, layer_id)
);
COMMENT ON TABLE experiment IS 'the experiments';
COMMENT ON COLUMN experiment.salt IS 'what is hashed instead of the name; NULL: the name';
COMMENT ON COLUMN experiment.hashed IS 'what is hashed; no two experiments share it';
COMMENT ON COLUMN experiment.exposure IS 'share of the units who are in; raise it to ramp up';
COMMENT ON COLUMN experiment.sticky IS 'a unit keeps the variant that it got first, whatever changes later';
COMMENT ON COLUMN experiment.shipped IS 'what everybody gets once it is stopped; NULL: what they had before';

CREATE TABLE arm (
	experiment plain_name NOT NULL REFERENCES experiment ON DELETE CASCADE,
	variant text NOT NULL,
	position int NOT NULL,
	weight float8 NOT NULL DEFAULT 1 CHECK (weight >= 0 AND weight < 'Infinity'),
	PRIMARY KEY (experiment, variant),
	UNIQUE (experiment, position)
);
COMMENT ON TABLE arm IS 'the variants of each experiment; position is their order in ab_variant';
ALTER TABLE experiment ADD FOREIGN KEY (name, shipped) REFERENCES arm (experiment, variant) DEFERRABLE INITIALLY DEFERRED;

CREATE TABLE layer_slot (
	experiment plain_name NOT NULL,
	layer_id int NOT NULL,
	first_slot int NOT NULL CHECK (first_slot >= 0),
	last_slot int NOT NULL CHECK (last_slot <= 9999),
	-- the slots of all layers in one line, so that no operator class for integers is needed
	slots int8range NOT NULL GENERATED ALWAYS AS
		(int8range(layer_id * 10000::bigint + first_slot, layer_id * 10000::bigint + last_slot, '[]')) STORED,
	FOREIGN KEY (experiment, layer_id) REFERENCES experiment (name, layer_id) ON DELETE CASCADE,
	CHECK (first_slot <= last_slot),
	CONSTRAINT slots_do_not_overlap EXCLUDE USING gist (slots WITH &&)
);
COMMENT ON TABLE layer_slot IS 'the slots of each experiment in its layer; delete those of a stopped one to free them';
CREATE INDEX ON layer_slot (experiment);

CREATE TABLE exclusion (
	unit text PRIMARY KEY,
	reason text NOT NULL
);
COMMENT ON TABLE exclusion IS 'units who are in no experiment: employees, bots, tests';

CREATE TABLE override (
	experiment plain_name NOT NULL,
	unit text NOT NULL,
	variant text NOT NULL,
	PRIMARY KEY (experiment, unit),
	FOREIGN KEY (experiment, variant) REFERENCES arm ON DELETE CASCADE
);
COMMENT ON TABLE override IS 'units who see a given variant, before the start as well, and are not in the experiment';

CREATE TABLE assignment (
	experiment plain_name NOT NULL,
	unit text NOT NULL,
	variant text NOT NULL,
	assigned_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (experiment, unit),
	FOREIGN KEY (experiment, variant) REFERENCES arm
);
COMMENT ON TABLE assignment IS 'the variants that units of sticky experiments keep';

CREATE TABLE exposure_log (
	experiment plain_name NOT NULL REFERENCES experiment,
	unit text NOT NULL,
	variant text NOT NULL,
	reason text NOT NULL,
	bucket bigint NOT NULL,
	exposed_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (experiment, unit)
);
COMMENT ON TABLE exposure_log IS 'when a unit first got a variant: a row a unit, written once';

--
-- What may change, and when
--

CREATE FUNCTION written_once() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
	RAISE EXCEPTION 'a row of % is written once', TG_TABLE_NAME USING ERRCODE = 'object_not_in_prerequisite_state';
END
$$;
COMMENT ON FUNCTION written_once() IS 'refuses updates';
CREATE TRIGGER written_once BEFORE UPDATE ON exposure_log EXECUTE FUNCTION written_once();
CREATE TRIGGER written_once BEFORE UPDATE ON assignment EXECUTE FUNCTION written_once();

CREATE FUNCTION experiment_changes() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
	IF OLD.status <> 'draft' AND (NEW.status = 'draft' OR
		(NEW.name, NEW.salt, NEW.method, NEW.layer_id) IS DISTINCT FROM (OLD.name, OLD.salt, OLD.method, OLD.layer_id)) THEN
		RAISE EXCEPTION 'experiment "%" has started: its name, salt, method and layer are fixed', OLD.name
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Insert another experiment: its salt moves everybody anew.';
	END IF;
	IF NEW.status = 'running' AND OLD.status <> 'running' THEN
		-- raises what is wrong with the arms
		PERFORM ab_variant(NEW.name, '', array_agg(variant ORDER BY position), array_agg(weight ORDER BY position), 1, NEW.method)
		FROM arm WHERE experiment = NEW.name;
		NEW.started_at := coalesce(OLD.started_at, now());
		NEW.stopped_at := NULL;
	ELSIF NEW.status = 'stopped' AND OLD.status <> 'stopped' THEN
		NEW.stopped_at := now();
	END IF;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION experiment_changes() IS 'keeps what is hashed as it is once an experiment has started';
CREATE TRIGGER experiment_changes BEFORE UPDATE ON experiment FOR EACH ROW EXECUTE FUNCTION experiment_changes();

CREATE FUNCTION experiment_begins() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
	IF NEW.status <> 'draft' THEN
		RAISE EXCEPTION 'an experiment begins as a draft' USING ERRCODE = 'object_not_in_prerequisite_state',
			HINT = 'Insert its arms, then UPDATE experiment SET status = ''running''.';
	END IF;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION experiment_begins() IS 'refuses to start without arms';
CREATE TRIGGER experiment_begins BEFORE INSERT ON experiment FOR EACH ROW EXECUTE FUNCTION experiment_begins();

CREATE FUNCTION arm_changes() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
	changed text := CASE WHEN TG_OP = 'INSERT' THEN NEW.experiment ELSE OLD.experiment END;
	started experiment;
	weight_only boolean := false;
BEGIN
	-- not while it is being started
	SELECT * INTO started FROM experiment WHERE name = changed FOR SHARE;
	IF TG_OP = 'UPDATE' THEN
		weight_only := (NEW.experiment, NEW.variant, NEW.position) IS NOT DISTINCT FROM (OLD.experiment, OLD.variant, OLD.position);
	END IF;
	IF started.status <> 'draft' AND NOT (weight_only AND started.sticky) THEN
		RAISE EXCEPTION 'experiment "%" has started: its arms are fixed', changed
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = 'The weights of a sticky experiment may change; else insert another experiment.';
	END IF;
	RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;
COMMENT ON FUNCTION arm_changes() IS 'keeps the arms of an experiment that has started';
CREATE TRIGGER arm_changes BEFORE INSERT OR UPDATE OR DELETE ON arm FOR EACH ROW EXECUTE FUNCTION arm_changes();

CREATE FUNCTION take_slots(experiment text, slots int) RETURNS int
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
	in_layer int := (SELECT layer_id FROM experiment WHERE name = take_slots.experiment);
	taken int;
BEGIN
	-- one at a time; without this the constraint would refuse the second
	PERFORM FROM layer WHERE id = in_layer FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'experiment "%" is in no layer', take_slots.experiment USING ERRCODE = 'invalid_parameter_value';
	END IF;
	INSERT INTO layer_slot (experiment, layer_id, first_slot, last_slot)
	SELECT take_slots.experiment, in_layer, slot, slot
	FROM generate_series(0, 9999) slot
	WHERE NOT EXISTS (SELECT FROM layer_slot WHERE slots @> in_layer * 10000::bigint + slot)
	ORDER BY random() LIMIT take_slots.slots;
	GET DIAGNOSTICS taken = ROW_COUNT;
	IF taken IS DISTINCT FROM take_slots.slots THEN
		RAISE EXCEPTION 'the layer has only % free slots', taken USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	RETURN taken;
END
$$;
COMMENT ON FUNCTION take_slots(text, int) IS
	'give an experiment so many free slots of its layer, chosen at random, which spreads what the one before has left';

--
-- Asking
--

CREATE FUNCTION decide(experiment text, unit text, OUT variant text, OUT reason text, OUT bucket bigint,
					   OUT in_experiment boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
	e experiment;
	variants text[];
	weights float8[];
BEGIN
	in_experiment := false;
	SELECT * INTO e FROM experiment WHERE name = decide.experiment;
	IF NOT FOUND THEN
		reason := 'unknown';
		RETURN;
	END IF;
	IF coalesce(decide.unit, '') = '' THEN
		reason := 'no_unit';
		RETURN;
	END IF;
	bucket := ab_bucket(e.hashed, decide.unit);

	IF e.status = 'stopped' THEN
		reason := 'stopped';
		variant := e.shipped;
		RETURN;
	END IF;
	SELECT o.variant INTO variant FROM override o WHERE o.experiment = e.name AND o.unit = decide.unit;
	IF FOUND THEN
		reason := 'override';
		RETURN;
	END IF;
	IF e.status = 'draft' THEN
		reason := 'draft';
		RETURN;
	END IF;
	IF EXISTS (SELECT FROM exclusion x WHERE x.unit = decide.unit) THEN
		reason := 'excluded';
		RETURN;
	END IF;
	IF e.sticky THEN
		SELECT a.variant INTO variant FROM assignment a WHERE a.experiment = e.name AND a.unit = decide.unit;
		IF FOUND THEN
			reason := 'sticky';
			in_experiment := true;
			RETURN;
		END IF;
	END IF;
	IF e.holdout IS NOT NULL AND ab_in_holdout(e.holdout, decide.unit, (SELECT share FROM holdout WHERE name = e.holdout)) THEN
		reason := 'holdout';
		RETURN;
	END IF;
	IF e.layer_id IS NOT NULL AND NOT EXISTS (
		SELECT FROM layer_slot s, layer l
		WHERE s.experiment = e.name AND l.id = e.layer_id
			AND s.slots @> e.layer_id * 10000::bigint + ab_layer_slot(l.name, decide.unit)) THEN
		reason := 'other_slot';
		RETURN;
	END IF;
	IF NOT ab_exposed(e.hashed, decide.unit, e.exposure) THEN
		reason := 'not_exposed';
		RETURN;
	END IF;

	SELECT array_agg(a.variant ORDER BY position), array_agg(a.weight ORDER BY position) INTO variants, weights
	FROM arm a WHERE a.experiment = e.name;
	variant := ab_variant(e.hashed, decide.unit, variants, weights, 1, e.method);
	reason := 'assigned';
	in_experiment := true;
END
$$;
COMMENT ON FUNCTION decide(text, text) IS
	'variant of a unit, why, and its bucket; writes nothing.  Units who are not in_experiment stay out of the analysis';

CREATE FUNCTION assign(experiment text, unit text, OUT variant text, OUT reason text, OUT bucket bigint,
					   OUT in_experiment boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
	stored text;
BEGIN
	SELECT d.* INTO variant, reason, bucket, in_experiment FROM decide(assign.experiment, assign.unit) d;
	IF NOT in_experiment THEN
		RETURN;
	END IF;
	IF reason <> 'sticky' AND (SELECT sticky FROM experiment WHERE name = assign.experiment) THEN
		INSERT INTO assignment (experiment, unit, variant) VALUES (assign.experiment, assign.unit, assign.variant)
		ON CONFLICT DO NOTHING;
		-- another session may have been first, under other weights
		SELECT a.variant INTO stored FROM assignment a
		WHERE a.experiment = assign.experiment AND a.unit = assign.unit;
		IF stored <> assign.variant THEN
			variant := stored;
			reason := 'sticky';
		END IF;
	END IF;
	INSERT INTO exposure_log (experiment, unit, variant, reason, bucket)
	VALUES (assign.experiment, assign.unit, assign.variant, assign.reason, assign.bucket)
	ON CONFLICT DO NOTHING;
END
$$;
COMMENT ON FUNCTION assign(text, text) IS
	'decide(), and write down that the unit is exposed, once, and which variant it keeps, if the experiment is sticky';

CREATE VIEW expected_share AS
SELECT e.name AS experiment, array_agg(a.variant ORDER BY position) AS variants,
	   CASE e.method WHEN 'md5_10000' THEN ab_weights_effective(array_agg(a.weight ORDER BY position))
			ELSE array_agg(a.weight ORDER BY position) END AS weights
FROM experiment e JOIN arm a ON a.experiment = e.name
GROUP BY e.name, e.method HAVING max(a.weight) > 0;
COMMENT ON VIEW expected_share IS 'what ab_srm and ab_audit are to expect of the exposure log';

--
-- Rights: the service asks, and neither reads nor writes a table
--

DO $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ab_assigner') THEN
		CREATE ROLE ab_assigner NOLOGIN;
	END IF;
END
$$;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ab_registry FROM PUBLIC;
GRANT USAGE ON SCHEMA ab_registry TO ab_assigner;
GRANT EXECUTE ON FUNCTION decide(text, text), assign(text, text) TO ab_assigner;

COMMIT;
