"""How the command line and the files of a run are read."""

from harness.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class InputAnswers:
    """Where newman, Postman and this runner take the same command line or file differently."""

    paths_select: bool
    """May `--folder` name an item by its path, as in `Folder / Request`?"""

    selects_once: bool
    """Does an item that several `--folder` select run once?"""

    bare_selection_errors: bool
    """Is an error about `--folder` worded as newman words it?"""

    whole_assignments: bool
    """Is `--env-var NAME` without a value, or without a name, refused?"""

    json_suffix_binds: bool
    """Must a data file called `.json` hold JSON? Otherwise it may be CSV all the same."""

    companion: bool
    """Is the companion file beside a collection read?"""

    empty_name_is_a_file: bool
    """Is a file option that is given an empty name (`-e "$UNSET"`) an error? Otherwise it is as if absent."""

    zero_times: bool
    """May a time be given as 0, for none?"""

    many_collections: bool
    """May one command run several collections without a note?"""

    known_bail: bool
    """Is `--bail` with a word that nobody knows refused?"""

    unknown_folder_bails: bool
    """Does `--bail folder` end the run where a folder is not found?"""

    files_from_anywhere: bool
    """May requests upload files from outside the working directory, unless an option forbids it?"""

    files_beside_collection: bool
    """May requests upload files that lie beside the collection?"""

    file_links_kept: bool
    """Does a link within the working directory count as within, wherever it leads?"""

    relative_dir_is_empty: bool
    """Does a relative `--working-dir` hold no file at all, as newman compares absolute paths with it?"""

    help_for_wrong_values: bool
    """Is a wrong value of an option met with help, and exit code 0?"""

    strict_reporters: bool
    """Are unknown reporters and reporter options refused? Otherwise the run goes on without them."""


NEWMAN_INPUTS = InputAnswers(
    paths_select=False,
    selects_once=False,
    bare_selection_errors=True,
    whole_assignments=False,
    json_suffix_binds=False,
    companion=False,
    empty_name_is_a_file=False,
    zero_times=False,
    many_collections=False,
    known_bail=False,
    unknown_folder_bails=True,
    files_from_anywhere=True,
    files_beside_collection=False,
    file_links_kept=True,
    relative_dir_is_empty=True,
    help_for_wrong_values=True,
    strict_reporters=False,
)
POSTMAN_INPUTS = NEWMAN_INPUTS
EXACT_INPUTS = InputAnswers(
    paths_select=True,
    selects_once=True,
    bare_selection_errors=False,
    whole_assignments=True,
    json_suffix_binds=True,
    companion=True,
    empty_name_is_a_file=True,
    zero_times=True,
    many_collections=True,
    known_bail=True,
    unknown_folder_bails=False,
    files_from_anywhere=False,
    files_beside_collection=True,
    file_links_kept=False,
    relative_dir_is_empty=False,
    help_for_wrong_values=False,
    strict_reporters=True,
)
