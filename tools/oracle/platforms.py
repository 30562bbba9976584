#!/usr/bin/python3
"""The assignments of other platforms against hashlib, zlib and hashes written down here, on random ids of all types and
of many scripts; and against the vectors that the platforms publish, where $AB_TEST_SHARED/cases has them."""
import hashlib
import json
import os
import struct
import uuid
import zlib

from shared.checks import SHARED, check_mistakes, run_sections, seeded

SEED = 20261127
VECTORS = os.path.join(SHARED, 'cases', 'assign_vectors.json')
MASK32, MASK64 = 2 ** 32 - 1, 2 ** 64 - 1


# Hashes

def rotate(x, bits, width):
    return (x << bits | x >> (width - bits)) & (2 ** width - 1)


def murmur3(data, seed=0):
    h = seed & MASK32
    padded = data + bytes(-len(data) % 4)
    words = struct.unpack('<%dI' % (len(padded) // 4), padded)
    for i, k in enumerate(words):
        k = rotate(k * 0xcc9e2d51 & MASK32, 15, 32) * 0x1b873593 & MASK32
        h ^= k
        if 4 * (i + 1) <= len(data):
            h = (rotate(h, 13, 32) * 5 + 0xe6546b64) & MASK32
    h ^= len(data)
    for shift, factor in ((16, 0x85ebca6b), (13, 0xc2b2ae35)):
        h = (h ^ h >> shift) * factor & MASK32
    return h ^ h >> 16


def murmur3_low64(data):
    def finish(h):
        for factor in (0xff51afd7ed558ccd, 0xc4ceb9fe1a85ec53):
            h = (h ^ h >> 33) * factor & MASK64
        return h ^ h >> 33

    c1, c2, h1, h2 = 0x87c37b91114253d5, 0x4cf5ad432745937f, 0, 0
    padded = data + bytes(-len(data) % 16)
    for i in range(0, len(padded), 16):
        k1, k2 = struct.unpack_from('<QQ', padded, i)
        k1 = rotate(k1 * c1 & MASK64, 31, 64) * c2 & MASK64
        k2 = rotate(k2 * c2 & MASK64, 33, 64) * c1 & MASK64
        if i + 16 <= len(data):
            h1 = ((rotate(h1 ^ k1, 27, 64) + h2) * 5 + 0x52dce729) & MASK64
            h2 = ((rotate(h2 ^ k2, 31, 64) + h1) * 5 + 0x38495ab5) & MASK64
        else:
            h1, h2 = h1 ^ k1, h2 ^ k2
    h1, h2 = h1 ^ len(data), h2 ^ len(data)
    h1 = (h1 + h2) & MASK64
    h2 = (h2 + h1) & MASK64
    return (finish(h1) + finish(h2)) & MASK64


def utf16(text):
    data = text.encode('utf-16-le')
    return struct.unpack('<%dH' % (len(data) // 2), data)


def fnv1a(units):
    h = 0x811c9dc5
    for unit in units:
        h = (h ^ unit) * 16777619 & MASK32
    return h


def hex_of(name, text):
    return hashlib.new(name, text.encode()).hexdigest()


def sha1_60(text):
    return int(hex_of('sha1', text)[:15], 16)


def sha1_share(text):
    return sha1_60(text) / float(0xFFFFFFFFFFFFFFF)


def single(text):
    """60 bits to a float of 24: struct would round to a double first."""
    bits = sha1_60(text)
    drop = max(bits.bit_length() - 24, 0)
    kept, lost = bits >> drop, bits & (1 << drop) - 1
    half = 1 << drop >> 1
    if drop and (lost > half or lost == half and kept & 1):
        kept += 1
    return kept * 2.0 ** drop / 2.0 ** 60


# Platforms

def growthbook(seed, unit, version=2):
    if version == 1:
        return fnv1a(utf16(unit + seed)) % 1000 / 1000
    return fnv1a(str(fnv1a(utf16(seed + unit))).encode()) % 10000 / 10000


def growthbook_ranges(n, weights=None, coverage=1):
    if weights is None or len(weights) != n or not 0.99 <= sum(weights) <= 1.01:
        weights = [1 / n] * n
    ranges, start = [], 0
    for w in weights:
        ranges.append((start, start + min(max(coverage, 0), 1) * w))
        start += w
    return ranges


def growthbook_variant(seed, unit, variants, weights, coverage, version):
    share = growthbook(seed, unit, version)
    for name, (low, high) in zip(variants, growthbook_ranges(len(variants), weights, coverage)):
        if low <= share < high:
            return name
    return None


def statsig(key, modulus):
    return int(hex_of('sha256', key)[:16], 16) % modulus


def flagsmith(ids):
    times = 1
    while True:
        value = int(hex_of('md5', ','.join(list(ids) * times)), 16) % 9999 / 9998 * 100
        if value != 100:
            return value
        times += 1


def split_bucket(key, seed, algo):
    if algo == 2:
        return murmur3(key.encode(), seed) % 100 + 1
    h = 0
    for unit in utf16(key):
        h = (31 * h + unit) & MASK32
    h ^= seed & MASK32
    return abs(h - 2 ** 32 if h >= 2 ** 31 else h) % 100 + 1


def flagd_v1(value):
    h = murmur3(value.encode())
    return abs(h - 2 ** 32 if h >= 2 ** 31 else h) / (2 ** 31 - 1) * 100


def firebase(seed, unit):
    return int(hex_of('sha256', (seed + '.' if seed else '') + unit), 16) % 10 ** 8


def microsoft(unit, hint):
    return int.from_bytes(hashlib.sha256((unit + '\n' + hint).encode()).digest()[:4], 'little') / (2 ** 32 - 1) * 100


def by_unit(s, t, n, k):
    """What a call with a unit u gives: SQL with %s for s, t, n, k, and Python."""
    return [
        ('ab_growthbook_hash(%(s)s, u, 1)', lambda u: growthbook(s, u, 1)),
        ('ab_growthbook_hash(%(s)s, u)', lambda u: growthbook(s, u)),
        ('ab_growthbook_namespace(u, %(s)s, 0.2, 0.7)', lambda u: 0.2 <= growthbook('__' + s, u, 1) < 0.7),
        ("ab_growthbook_variant(%(s)s, u, '{a,b,c}', '{0.2,0.3,0.5}', 0.7, 1)",
         lambda u: growthbook_variant(s, u, 'abc', [0.2, 0.3, 0.5], 0.7, 1)),
        ("ab_growthbook_variant(%(s)s, u, '{a,b,c,d}')", lambda u: growthbook_variant(s, u, 'abcd', None, 1, 2)),
        ("ab_growthbook_variant(%(s)s, u, '{a,b}', '{0.4,0.1}', 0.9)",
         lambda u: growthbook_variant(s, u, 'ab', [0.4, 0.1], 0.9, 2)),
        ('ab_eppo_shard(%(s)s, u)', lambda u: int(hex_of('md5', s + '-' + u)[:8], 16) % 10000),
        ('ab_eppo_shard(%(s)s, u, %(n)s)', lambda u: int(hex_of('md5', s + '-' + u)[:8], 16) % n),
        ('ab_statsig_bucket(%(s)s, %(t)s, u)', lambda u: statsig('.'.join((s, t, u)), 10000)),
        ('ab_statsig_user_bucket(%(s)s, u)', lambda u: statsig(s + '.' + u, 1000)),
        ('ab_statsig_user_bucket(%(s)s, u, %(n)s)', lambda u: statsig(s + '.' + u, n)),
        ('ab_launchdarkly_bucket(%(s)s, %(t)s, u)', lambda u: sha1_share('.'.join((s, t, u)))),
        ('ab_launchdarkly_bucket(%(s)s, %(t)s, u, %(k)s)', lambda u: sha1_share('%d.%s' % (k, u))),
        ('ab_launchdarkly_bucket(%(s)s, %(t)s, u, NULL, true)', lambda u: single('.'.join((s, t, u)))),
        ('ab_launchdarkly_bucket(NULL, NULL, u, %(k)s, float4 => true)', lambda u: single('%d.%s' % (k, u))),
        ('ab_posthog_hash(%(s)s, u)', lambda u: sha1_share(s + '.' + u)),
        ("ab_posthog_hash(%(s)s, u, 'variant')", lambda u: sha1_share(s + '.' + u + 'variant')),
        ('ab_posthog_holdout_hash(u)', lambda u: sha1_share('holdout-' + u)),
        ('ab_optimizely_bucket(u, %(s)s)', lambda u: int(murmur3((u + s).encode(), 1) / 2 ** 32 * 10000)),
        ('ab_unleash_bucket(u, %(s)s)', lambda u: murmur3((s + ':' + u).encode()) % 100 + 1),
        ('ab_unleash_bucket(u, %(s)s, %(n)s, 86028157)',
         lambda u: murmur3((s + ':' + u).encode(), 86028157) % n + 1),
        ('ab_planout_hash(%(s)s, u)', lambda u: sha1_60(s + '.' + u)),
        ('ab_split_bucket(u, %(k)s)', lambda u: split_bucket(u, k, 2)),
        ('ab_split_bucket(u, %(k)s, 1)', lambda u: split_bucket(u, k, 1)),
        ('ab_configcat_bucket(%(s)s, u)', lambda u: int(hex_of('sha1', s + u)[:7], 16) % 100),
        ('ab_amplitude_allocation(%(s)s, u)', lambda u: murmur3((s + '/' + u).encode()) % 100),
        ('ab_amplitude_distribution(%(s)s, u)', lambda u: murmur3((s + '/' + u).encode()) // 100),
        ('ab_firebase_micropercent(%(s)s, u)', lambda u: firebase(s, u)),
        ('ab_firebase_micropercent(NULL, u)', lambda u: firebase(None, u)),
        ('ab_flipt_threshold(u, %(s)s)', lambda u: zlib.crc32((u + s).encode()) % 100),
        ('ab_flipt_bucket(u, %(s)s)', lambda u: zlib.crc32((s + u).encode()) % 1000),
        ('ab_msfm_pct(u, %(s)s)', lambda u: microsoft(u, s)),
        ('ab_confidence_bucket(%(s)s, u)', lambda u: (murmur3_low64((s + '|' + u).encode()) >> 4) % 1000000),
        ('ab_confidence_bucket(%(s)s, u, %(n)s)', lambda u: (murmur3_low64((s + '|' + u).encode()) >> 4) % n),
        ('ab_goff_bucket(%(s)s, u)', lambda u: fnv1a((s + u).encode()) % 100000),
        ('ab_goff_bucket(%(s)s, u, %(n)s)', lambda u: fnv1a((s + u).encode()) % n),
        # of text only
        ('ab_flagsmith_pct(%(s)s, u::text)', lambda u: flagsmith((s, u))),
        ('ab_flagsmith_pct(%(s)s, u::text, %(t)s)', lambda u: flagsmith((s, u, t))),
        ('ab_flagd_bucket(u::text)', lambda u: murmur3(u.encode()) * 100 >> 32),
        ('ab_flagd_bucket(%(s)s || u::text, %(n)s)', lambda u: murmur3((s + u).encode()) * n >> 32),
        ('ab_flagd_v1_pct(%(s)s || u::text)', lambda u: flagd_v1(s + u)),
        ('ab_vwo_bucket(u::text)', lambda u: int(10000 * (murmur3(u.encode(), 1) / 2 ** 32) + 1)),
        ('ab_vwo_bucket(%(s)s || u::text, 100)', lambda u: int(100 * (murmur3((s + u).encode(), 1) / 2 ** 32) + 1)),
        ('ab_murmur3_32(%(s)s || u::text, %(k)s)', lambda u: murmur3((s + u).encode(), k))]


def random_text(rng):
    """Some characters of one, two, three and four bytes of UTF-8."""
    ranges = ((0x20, 0x7F), (0x1, 0x20), (0xA0, 0x800), (0x800, 0xD800), (0xE000, 0xFFFF), (0x10000, 0x110000))
    size = int(rng.integers(0, 40)) if rng.random() < 0.95 else int(rng.integers(200, 400))
    kinds = rng.choice(len(ranges), size, p=(0.5, 0.02, 0.12, 0.12, 0.12, 0.12))
    return ''.join(chr(rng.integers(*ranges[kind])) for kind in kinds)


def section_random(server, checks, rng):
    numbers = [-2 ** 63, 2 ** 63 - 1, 0, -1, 7] + [int(x) for x in rng.integers(-2 ** 63, 2 ** 63 - 1, 120)]
    uuids = [str(uuid.UUID(int=int.from_bytes(rng.bytes(16), 'big'))) for _ in range(120)]
    texts = ['', 'a', 'José', '用户😀', 'Ĳ', '\U0010ffff', 'x' * 1024, 'é' * 128, '\ue000'] + [
        random_text(rng) for _ in range(250)]
    for kind, ids in (('bigint', numbers), ('uuid', uuids), ('text', texts)):
        for s, t in (('exp-1', 'salt'), ('', ''), ('实验 😀', 'é'), (random_text(rng), random_text(rng))):
            n = int(rng.integers(1, 2 ** 31 + 1)) if rng.random() < 0.5 else int(rng.integers(1, 200))
            k = int(rng.integers(-2 ** 31, 2 ** 32))
            cases = by_unit(s, t, n, k)
            rows = server.rows('SELECT %s FROM unnest(%%(ids)s::%s[]) WITH ORDINALITY x(u, i) ORDER BY i' % (
                ', '.join(sql for sql, _ in cases), kind), {'s': s, 't': t, 'n': n, 'k': k, 'ids': ids})
            for unit, row in zip(ids, rows):
                for (sql, body), got in zip(cases, row):
                    want = body(str(unit))
                    checks.check(got == want, (sql, kind, s, t, n, k, unit), got, want)


def section_rehash(server, checks):
    """Flagsmith's ids whose first percentage is 100: they are hashed twice."""
    found = [i for i in range(60000) if int(hex_of('md5', 'f,%d' % i), 16) % 9999 == 9998]
    for i in found:
        got = server.value("SELECT ab_flagsmith_pct('f', %s)", (str(i),))
        checks.check(got == flagsmith(('f', str(i))) and got < 100, i, got, flagsmith(('f', str(i))))
    checks.check(len(found) > 1, 'such ids', len(found), 'some')


# Published vectors: for each platform, the inputs to SQL, its arguments, and what it must return.

def in_ranges(share, ranges):
    return any(low <= share < high for low, high in ranges)


def growthbook_run(server, i):
    experiment, attributes = i['experiment'], i['attributes']
    seed, version = experiment.get('seed') or experiment['key'], experiment.get('hashVersion') or 1
    unit = attributes['id']
    for one in experiment.get('filters', ()):
        share = server.value('SELECT ab_growthbook_hash(%s, %s)', (one['seed'], attributes[one.get('attribute', 'id')]))
        if not in_ranges(share, one['ranges']):
            return [0, False]
    if 'namespace' in experiment and 'filters' not in experiment:
        if not server.value('SELECT ab_growthbook_namespace(%s, %s, %s, %s)', (unit, *experiment['namespace'])):
            return [0, False]
    if 'ranges' in experiment:
        share = server.value('SELECT ab_growthbook_hash(%s, %s, %s)', (seed, unit, version))
        got = [j for j, r in enumerate(experiment['ranges']) if in_ranges(share, [r])]
        return [got[0], True] if got else [0, False]
    got = server.value('SELECT ab_growthbook_variant(%s, %s, %s, %s, %s, %s)', (
        seed, unit, [str(j) for j in range(len(experiment['variations']))], experiment.get('weights'),
        experiment.get('coverage', 1), version))
    return [0, False] if got is None else [int(got), True]


def pick(server, sql, args, pairs, scale=1.0):
    """The first of the pairs of name and weight whose upper end is above the value of that SQL."""
    return server.value('SELECT (%%s::text[])[1 + width_bucket((%s)::float8, %%s::float8[])]' % sql,
                        ([str(name) for name, _ in pairs], *args,
                         [sum(w for _, w in pairs[:j + 1]) * scale for j in range(len(pairs))]))


def growthbook_layout(server, i):
    """The ranges that the variants of 3,000 units show, as closely as the steps of the hash do."""
    weights, coverage = i['weights'], min(i['coverage'], 1)
    if weights and len(weights) != i['n']:
        weights = None      # an error here
    rows = server.rows("""SELECT ab_growthbook_hash('', u), ab_growthbook_variant('', u, %s, %s, %s)::int
                          FROM generate_series(1, 3000) u""", ([str(j) for j in range(i['n'])], weights, coverage))
    wanted = i['expected']
    return all(got == next((j for j, r in enumerate(wanted) if in_ranges(x, [r])), None) for x, got in rows)


def unleash_id(context):
    return context.get('userId') or context.get('sessionId')


def unleash_enabled(server, i):
    parameters, context = i['parameters'], i['context']
    pct = int(parameters.get('percentage') or parameters.get('rollout'))
    sticky = parameters.get('stickiness', 'default')
    unit = {'gradualRolloutSessionId': context.get('sessionId')}.get(i['strategy']) or (
        unleash_id(context) if sticky == 'default' else context['properties'][sticky])
    return server.value('SELECT %s > 0 AND ab_unleash_bucket(%s, %s) <= %s', (pct, unit, parameters['groupId'], pct))


def unleash_variant(server, i):
    pairs = [(v['name'], v['weight']) for v in i['variants']]
    for v in i['variants']:
        if any(i['context'].get(o['contextName']) in o['values'] for o in v.get('overrides', ())):
            return v['name']    # chosen by hand, not by a hash
    unit = unleash_id(i['context']) or next(iter(i['context'].get('properties', {}).values()), None)
    return pick(server, 'ab_unleash_bucket(%s, %s, %s, %s) - 1',
                (unit, i['groupId'], sum(w for _, w in pairs), i['seed']), pairs)


def planout(server, i):
    salt = '%s.%s' % (i['experiment_salt'], i['salt'])
    if i['op'] == 'BernoulliTrial':
        return server.value('SELECT (ab_planout_hash(%s, %s) / 1152921504606846976::float8 <= %s)::int',
                            (salt, str(i['unit']), i['p']))
    return i['choices'][server.value('SELECT (ab_planout_hash(%s, %s) >> %s) %% %s',
                                     (salt, str(i['unit']), 8 if 'hash' in i else 0, len(i['choices'])))]


def flagsmith_variant(server, i):
    variants = [(json.dumps(v['value']), v['weight']) for v in sorted(i['variants'], key=lambda v: v['priority'])]
    got = pick(server, 'ab_flagsmith_pct(%s, %s)', (i['feature_key'], i['identity_key']), variants)
    return i['control'] if got is None else json.loads(got)


def posthog_variant(server, i):
    if not server.value('SELECT ab_posthog_hash(%s, %s) <= %s / 100.0::float8',
                        (i['flag'], i['distinct_id'], i['rollout_percentage'])):
        return False
    return pick(server, "ab_posthog_hash(%s, %s, 'variant')", (i['flag'], i['distinct_id']), i['variants'], 0.01)


def split_vector(server, i):
    bucket = server.value('SELECT ab_split_bucket(%s, %s, %s)', (i['key'], i['seed'], i['algo']))
    if i['algo'] == 1:
        return [None, bucket]       # its hash has no function
    return [server.value('SELECT ab_murmur3_32(%s, %s)', (i['key'], i['seed'])), bucket]


def microsoft_vector(server, i):
    unit, hint = i['hash_input'].split('\n', 1)
    got = server.value('SELECT ab_msfm_pct(%s, %s)', (unit, hint))
    if 'percentage' in i:
        return got < i['percentage']
    return next(name for name, low, high in i['percentile'] if low <= got < high or high == got == 100)


def one(sql, *keys):
    return lambda server, i: server.value('SELECT ' + sql, [i[k] for k in keys])


VECTOR_OF = {
    'planout': planout, 'planout_js_default': planout,
    'growthbook hash': one('ab_growthbook_hash(%s, %s, %s)', 'seed', 'value', 'version'),
    'growthbook_nonascii_derived': one('ab_growthbook_hash(%s, %s, %s)', 'seed', 'value', 'version'),
    'growthbook inNamespace': lambda server, i: server.value('SELECT ab_growthbook_namespace(%s, %s, %s, %s)',
                                                            (i['user_id'], *i['namespace'])),
    'growthbook getBucketRanges': growthbook_layout, 'growthbook run': growthbook_run,
    'statsig USER_BUCKET': lambda server, i: server.value(
        "SELECT CASE WHEN ab_statsig_user_bucket(%s, %s) < 500 THEN 'control' ELSE 'test' END", (i['salt'], i['unit_id'])),
    'optimizely bucket value': one('ab_optimizely_bucket(%s, %s)', 'bucketing_id', 'parent_id'),
    'optimizely BucketToEntity': lambda server, i: server.value(
        'SELECT (%s::text[])[1 + width_bucket(ab_optimizely_bucket(%s, %s), %s::bigint[])]', (
            [name for name, _ in i['traffic_allocation']], i['bucketing_id'], i['parent_id'],
            [end for _, end in i['traffic_allocation']])),
    'unleash normalizedStrategyValue': one('ab_unleash_bucket(%s, %s, %s, %s)', 'id', 'groupId', 'normalizer', 'seed'),
    'unleash isEnabled': unleash_enabled, 'unleash selectVariant': unleash_variant,
    'flagsmith PERCENTAGE_SPLIT': one('ab_flagsmith_pct(%s, %s) <= %s::float8', 'segment_key', 'subject', 'threshold'),
    'flagsmith multivariate': flagsmith_variant,
    'launchdarkly': lambda server, i: server.value('SELECT ab_launchdarkly_bucket(%s, %s, %s, %s)', (
        i.get('key'), i.get('salt'), i.get('value', i.get('user_key')), i.get('seed'))),
    'posthog rollout': one('ab_posthog_hash(%s, %s) <= %s / 100.0::float8', 'flag', 'distinct_id', 'rollout_percentage'),
    'posthog multivariate': posthog_variant,
    'split_io': split_vector, 'split_io_legacy': split_vector,
    'openfeature_flagd_v2': lambda server, i: pick(server, 'ab_flagd_bucket(%s, %s)', (
        i['hash_input'], sum(w for _, w in i['weights'])), i['weights']),
    'openfeature_flagd_v1': lambda server, i: pick(server, 'ab_flagd_v1_pct(%s)', (i['hash_input'],), i['weights'],
                                                   100 / sum(w for _, w in i['weights'])),
    'sixpack': lambda server, i: i['alternatives'][server.value(
        'SELECT (ab_planout_hash(%s, %s) >> 32) %% %s', (i['experiment'], i['client_id'], len(i['alternatives'])))],
    'flipt threshold': one('ab_flipt_threshold(%s, %s) < %s', 'entity', 'flag', 'percentage'),
    'flipt distribution': lambda server, i: pick(server, 'ab_flipt_bucket(%s, %s)', (i['entity'], i['flag']),
                                                 i['distributions'], 10),
    'vwo': lambda server, i: server.value('SELECT ab_vwo_bucket(%s, %s)', (
        i.get('hash_input') or ('%s_' % i['campaign_id'] if i['campaign_id'] is not None else '') + i['user'],
        i['max_value'])),
    'amplitude': one('ab_murmur3_32(%s, %s)', 'input', 'seed'),
    'firebase_remote_config': lambda server, i: server.value(
        'SELECT m > %s AND m <= %s FROM ab_firebase_micropercent(%s, %s) m', (
            i['microPercentLowerBound'], i['microPercentUpperBound'], i['seed'], i['randomization_id'])),
    'configcat': lambda server, i: pick(server, 'ab_configcat_bucket(%s, %s)', (i['key'], i['user_id']), i['weights']),
    'ms_feature_management': microsoft_vector,
    'go_feature_flag': one('ab_goff_bucket(%s, %s, %s)', 'flag', 'key', 'max'),
    'spotify_confidence': lambda server, i: server.value('SELECT ab_confidence_bucket(%s, %s, %s)', (
        *i['hash_input'].split('|', 1), i['buckets'])),
    'eppo MD5Sharder': lambda server, i: server.value('SELECT ab_eppo_shard(%s, %s, %s)', (
        *i['input'].split('-', 1), i['total_shards'])) if '-' in i['input'] else None}


def section_vectors(server, checks):
    if not os.path.exists(VECTORS):
        print('no published vectors at %s' % VECTORS)
        return
    others = {}
    with open(VECTORS, encoding='utf-8') as file:
        cases = json.load(file)
    for case in cases:
        i = case['inputs']
        named = '%s %s' % (case['platform'], i.get('fn', ''))
        body = VECTOR_OF.get(case['platform']) or next(
            (VECTOR_OF[name] for name in VECTOR_OF if ' ' in name and named.startswith(name)), None)
        got = body and body(server, dict(i, expected=case['expected']))
        wanted = case['expected']
        if body is growthbook_layout:
            wanted = True
        if body is None or got is None and 'MD5Sharder' in named:
            others[named] = others.get(named, 0) + 1
            continue
        if isinstance(got, list) and got[0] is None:
            got, wanted = got[1], wanted[1]
        checks.check(got == wanted, (named, i), got, wanted)
    # those are of another topic, or of a hash or a file of settings that has no function
    for name, count in sorted(others.items()):
        print('not run: %3d of %s' % (count, name))


def section_errors(server, checks):
    check_mistakes(server, checks, [
        ("SELECT ab_growthbook_namespace('u', 'n', 0.5, 0.4)", '22023'),
        ("SELECT ab_growthbook_namespace('u', 'n', 0, 40)", '22023'),
        ("SELECT ab_growthbook_namespace('u', 'n', 'NaN', 1)", '22023'),
        ("SELECT ab_growthbook_variant('s', 'u', '{a,b}', '{1}')", '2202E'),
        ("SELECT ab_growthbook_variant('s', 'u', '{a,b}', '{0.5,-0.5}')", '22023'),
        ("SELECT ab_growthbook_variant('s', 'u', '{a,a}')", '22023'),
        ("SELECT ab_growthbook_variant('s', 'u', '{a,NULL}')", '22004'),
        ("SELECT ab_growthbook_variant('s', 'u', '{a,b}', NULL, 50)", '22023'),
        ("SELECT ab_growthbook_variant('s', 'u', '{a,b}', NULL, NULL)", '22023'),
        ("SELECT ab_eppo_shard('s', 'u', 0)", '22023'), ("SELECT ab_eppo_shard('s', 1, 2147483649)", '22023'),
        ("SELECT ab_statsig_user_bucket('s', 'u', -1)", '22023'),
        ("SELECT ab_unleash_bucket('u', 'g', 100, 4294967296)", '22023'),
        ("SELECT ab_split_bucket('u', -2147483649)", '22023'), ("SELECT ab_split_bucket('u', 1, 3)", '22023'),
        ("SELECT ab_launchdarkly_bucket('k', 's', 'u', NULL, NULL)", '22004'),
        ("SELECT ab_flagsmith_pct(VARIADIC '{}'::text[])", '22023'),
        ("SELECT ab_flagsmith_pct(VARIADIC '{{a},{b}}'::text[])", '2202E'),
        ("SELECT ab_eppo_shard('s', 42.0)", '42883')])


if __name__ == '__main__':
    run_sections(__file__, [('random', seeded(SEED, section_random)), ('rehash', section_rehash),
                            ('vectors', section_vectors), ('errors', section_errors)])
