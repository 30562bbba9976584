"""The script for psql: a table of clean values, and the call of ab_scorecard."""

import json
import os

from .meaning import is_missing

# PostgreSQL cuts longer names off, and keeps these for itself.
NAME_BYTES = 63
RESERVED = {'tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'}
TYPES = {'number': 'float8', 'yes or no': 'boolean'}
ESCAPES = str.maketrans({'\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r', '\b': '\\b', '\f': '\\f', '\v': '\\v'})


def identifier(name):
    return '"' + name.replace('"', '""') + '"'


def literal(text):
    return 'NULL' if text is None else "'" + text.replace("'", "''") + "'"


def quoted(path):
    """What stands between the quotes of psql's \\set."""
    return path.replace('\\', '\\\\').replace("'", "''")


def copied(text):
    """A value in the text format of COPY."""
    return '\\N' if text is None else text.translate(ESCAPES)


def stored_names(names):
    """Names that PostgreSQL keeps as they are; metrics have theirs all the same."""
    result = {}
    for name in names:
        stored = name
        number = 1
        while len(stored.encode()) > NAME_BYTES or stored in RESERVED or stored in result.values():
            number += 1
            cut = name.encode()[:NAME_BYTES - len(f'_{number}')].decode(errors='ignore')
            stored = f'{cut}_{number}'
        result[name] = stored
    return result


def renamed_metrics(metrics, stored):
    result = {}
    for name, how in metrics.items():
        how = dict(how)
        how.setdefault('column', name)
        for key in ('column', 'denominator', 'covariate', 'denominator_covariate'):
            if how.get(key) in stored:
                how[key] = stored[how[key]]
        result[name] = how
    return result


def write_script(asked, rows, roles, columns, metrics, control, treatments, split):
    arms = {control, *treatments}
    role_columns = {role: name for name, role in roles.items() if role not in ('variant', 'line')}
    names = list(role_columns.values()) + [name for name in columns if name not in role_columns.values()]
    stored = stored_names(['variant'] + names) if 'variant' not in names else stored_names(names)
    variant = next(name for name in ('variant', 'variant_', 'variant__') if name not in names)
    stored.setdefault(variant, variant)
    takes = [(rows.names.index(name), columns.get(name)) for name in names]

    with open(asked.script, 'w', encoding='utf-8', newline='\n') as script:
        types = ', '.join(f'{identifier(stored[name])} ' +
                          (TYPES[columns[name].meaning] if name in columns else 'text') for name in names)
        script.write(f'CREATE TEMP TABLE results ({identifier(variant)} text, {types});\n')
        script.write('COPY results FROM STDIN;\n')
        for _, _, _, arm, cells in rows:
            arm = arm.strip()
            if arm not in arms:
                if not is_missing(arm):
                    continue
                arm = None
            values = [copied(arm)]
            for place, column in takes:
                cell = cells[place]
                if column is not None:
                    values.append(copied(column.value(cell)))
                else:
                    values.append(copied(None if is_missing(cell) else cell.strip()))
            script.write('\t'.join(values) + '\n')
        script.write('\\.\n')

        call = {
            'metrics': json.dumps(renamed_metrics(metrics, stored)),
            'variant': variant,
            'control': control,
            'treatment': treatments[0] if len(treatments) == 1 else None,
            'split': split and json.dumps(split),
            'correction': asked.correction,
        }
        for role in ('unit', 'pair'):
            if role in role_columns:
                call[role] = stored[role_columns[role]]
        words = [f'{name} => {literal(value)}' for name, value in call.items() if value is not None]
        if 'slice' in role_columns:
            words.append(f'slice => ARRAY[{literal(stored[role_columns["slice"]])}]')
        words.append(f'alpha => {asked.alpha!r}')
        script.write('CREATE TEMP TABLE scorecard AS\nSELECT * FROM ab_scorecard(\'results\', ' + ', '.join(words) + ');\n')
        title = ', '.join(map(os.path.basename, asked.files)) + ': ' + ', '.join(treatments[:5]) + ' against ' + control
        script.write(f"\\set html '{quoted(os.path.abspath(asked.html))}'\n")
        script.write(f'CREATE TEMP TABLE title AS SELECT {literal(title)} AS title, NULL AS remark;\n')
        write_findings(script, asked, rows, columns, stored, variant, control, treatments)


def write_findings(script, asked, rows, columns, stored, variant, control, treatments):
    """What is missing more often in one arm: a failure may be the finding."""
    script.write('CREATE TEMP TABLE finding (sentence text);\n')
    for name, column in columns.items():
        for treatment in treatments:
            if not column.missing.get(control) and not column.missing.get(treatment):
                continue
            script.write(f"""INSERT INTO finding
SELECT format('%s is missing in %s of %s rows of %s and in %s of %s of %s, which is more than chance (p = %s): '
              'rows that failed may be the finding, and what is left is a selection.',
              {literal(name)}, round(control_n * control_mean), control_n, control, round(treatment_n * treatment_mean),
              treatment_n, treatment, trim(to_char(p_value, '9.99EEEE')))
FROM (SELECT ab_summary({identifier(stored[name])} IS NULL, {identifier(variant)}) AS s
      FROM results WHERE {identifier(variant)} IN ({literal(control)}, {literal(treatment)})) AS q,
     ab_proportion_test(s, control => {literal(control)})
WHERE p_value < {asked.alpha!r};
""")
