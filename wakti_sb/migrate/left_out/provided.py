"""What comes with extensions that the embedded server lacks, by their documentation. Pure.

Only names that say it clearly are here: a statement that misses one of them needs the extension.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from wakti_sb.migrate.left_out.missing import Missing


@dataclass(frozen=True)
class _Provided:
    """What an extension brings.

    Parameters:
        names: a pattern of types, functions, tables, access methods, operator classes, languages.
        schemas: which it makes.
        operators: which it defines.
    """

    names: str = ""
    schemas: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()


_PROVIDED: Mapping[str, _Provided] = {
    "vector": _Provided(
        r"vector|halfvec|sparsevec|hnsw|ivfflat|(cosine|l1|l2|hamming|jaccard)_distance"
        r"|inner_product|l2_norm|l2_normalize|binary_quantize|subvector|bit_(hamming|jaccard)_ops"
        r"|(vector|halfvec|sparsevec)_\w+|array_to_(vector|halfvec|sparsevec)",
        operators=("<->", "<#>", "<=>", "<+>", "<~>", "<%>"),
    ),
    "postgis": _Provided(
        r"geometry|geography|box2d|box2df|box3d|gidx|spheroid|_?st_\w+|postgis_\w+|geometry_\w+"
        r"|geography_\w+|spatial_ref_sys|gist_(geometry|geography)_ops\w*|addgeometrycolumn"
        r"|dropgeometrycolumn|updategeometrysrid|populate_geometry_columns|find_srid",
        operators=("&&", "<->", "~=", "&&&", "<<->>"),
    ),
    "postgis_raster": _Provided(r"raster|rast\w*|raster_(columns|overviews)"),
    "postgis_topology": _Provided(r"topogeometry|topo\w+|st_\w+", ("topology",)),
    "postgis_tiger_geocoder": _Provided(r"geocode\w*|normalize_address", ("tiger", "tiger_data")),
    "pgrouting": _Provided(r"pgr_\w+"),
    "address_standardizer": _Provided(r"standardize_address|parse_address|stdaddr"),
    "pgmq": _Provided("", ("pgmq",)),
    "pgsodium": _Provided(
        r"crypto_(aead|auth|box|generichash|hash|kdf|kx|pwhash|secretbox|shorthash|sign|stream)\w*",
        ("pgsodium", "pgsodium_masks"),
    ),
    "http": _Provided(
        r"http|http_(get|post|put|patch|delete|head|header\w*|request|response|method|set_\w+"
        r"|reset_\w+|list_\w+)|urlencode|bytea_to_text|text_to_bytea"
    ),
    "pgtap": _Provided(
        r"plan|no_plan|finish|ok|is|isnt|matches|imatches|doesnt_match|alike|cmp_ok|isa_ok|pass"
        r"|fail|diag|todo|todo_start|todo_end|skip|throws_\w+|lives_ok|performs_\w+|results_\w+"
        r"|(set|bag)_(eq|ne|has|hasnt)|is_empty|isnt_empty|row_eq|runtests|do_tap"
        r"|(has|hasnt)_(table|view|materialized_view|sequence|schema|type|enum|domain|index"
        r"|trigger|function|extension|column|pk|fk|unique|check)"
        r"|col_(is|isnt|has|hasnt|type|not|default)_\w+"
        r"|(tables|views|columns|indexes|triggers|functions|schemas|policies|policy_roles"
        r"|policy_cmd)_are|policy_(cmd|roles)_(is|are)|\w+_privs_are|\w+_owner_is"
    ),
    "plpgsql_check": _Provided(r"plpgsql_(check|show|profiler|coverage)_\w+"),
    "hypopg": _Provided(r"hypopg\w*"),
    "index_advisor": _Provided(r"index_advisor"),
    "wrappers": _Provided(
        r"(?!postgres_|file_)\w+_fdw_(handler|validator|meta)|(?!postgres_|file_)\w+_(wrapper|fdw)"
    ),
    "pg_jsonschema": _Provided(r"jsonb?_matches_schema|jsonschema_\w+"),
    "pg_hashids": _Provided(r"id_(en|de)code(_once)?|hash_(en|de)code"),
    "pgroonga": _Provided(r"pgroonga\w*", ("pgroonga",), ("&@", "&@~", "&@*", "&^|", "&@|")),
    "rum": _Provided(r"rum|rum_\w+", operators=("<=>", "<=|", "|=>")),
    "timescaledb": _Provided(
        r"create_hypertable|time_bucket\w*|add_(compression|retention|continuous_aggregate)_policy",
        ("timescaledb_information", "timescaledb_experimental"),
    ),
    "pg_partman": _Provided(r"create_parent|run_maintenance\w*|part_config\w*", ("partman",)),
    "pg_repack": _Provided("", ("repack",)),
    "pg_tle": _Provided("", ("pgtle",)),
    "supabase-dbdev": _Provided("", ("dbdev",)),
    "basejump-supabase_test_helpers": _Provided("", ("tests",)),
    "pg_stat_monitor": _Provided(r"pg_stat_monitor\w*"),
    "plv8": _Provided(r"plv8\w*"),
    "plpython3u": _Provided(r"plpython3u"),
    "xml2": _Provided(r"xpath_(string|number|bool|nodeset|list|table)|xslt_process"),
    "pg_cron": _Provided("", ("cron",)),
    "pg_net": _Provided("", ("net",)),
}


def provider(missing: Missing, among: Iterable[str] | None = None) -> str | None:
    """The extension that something comes with; None if that is not known.

    Parameters:
        among: the extensions that are asked about; all that are known if not given.
    """
    asked = list(_PROVIDED if among is None else among)
    return next((name for name in asked if _comes_with(name, missing)), None)


def known(extension: str) -> bool:
    """Whether something is known of what it brings."""
    return extension in _PROVIDED


def _comes_with(extension: str, missing: Missing) -> bool:
    provided = _PROVIDED.get(extension, _Provided())
    schemas = {extension, *provided.schemas}
    match missing.kind:
        case "extension":
            return missing.name == extension
        case "column":
            return False
        case "schema":
            return missing.name in schemas
        case "operator":
            return any(word in provided.operators for word in missing.name.split())
    if missing.schema in schemas:
        return True
    names = provided.names or rf"{re.escape(extension)}\w*"
    return re.fullmatch(names, missing.name, re.IGNORECASE) is not None
