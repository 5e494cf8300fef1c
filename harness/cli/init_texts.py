"""The texts of the files that `harness init` writes."""

import json
import re
import shlex
from collections.abc import Sequence
from typing import Final

from harness.collection.model import Collection

_PLAIN: Final = re.compile(r"[A-Za-z][\w./-]*", re.ASCII)
_SAFE: Final = re.compile(r"[\w ./@+,=~()&!\[\]-]+")
_REPORTS: Final = "-r cli,junit,html --reporter-junit-export junit.xml --reporter-html-export report.html"

CI_FILES: Final = {
    "github": ".github/workflows/collections.yml",
    "gitlab": ".gitlab-ci.yml",
    "azure": "azure-pipelines.yml",
    "jenkins": "Jenkinsfile",
}
"""Where each CI system looks for its file."""


def companion_text(collection: Collection, environment: str | None) -> str:
    """Return a companion that changes nothing but the environment, with an example for the first call."""
    first = next(collection.items(), None)
    path = json.dumps(list(first.path) if first is not None else ["Folder", "Request"], ensure_ascii=False)
    lines = [
        "# What a run does besides the calls; `harness companion schema` prints all that can stand here."
    ]
    if environment is not None:
        lines.append(f"environment: {_scalar(environment)}")
    lines += [
        "calls:",
        f"#  - call: {path}",
        "#    extract: {ID: $.id}           # a value of the answer, as a variable of the environment",
        "#    expect: {status: 200}         # what has to hold besides the collection's own tests",
        "#    tags: [smoke]                 # harness run --tag smoke, pytest -m smoke",
    ]
    return "\n".join(lines) + "\n"


def pytest_text(folders: Sequence[str]) -> str:
    """Return a file of pytest's that looks for collections in some folders."""
    return (
        "[pytest]\n"
        f"testpaths = {' '.join(map(_word, folders))}\n"
        "# Calls are answered from cassettes; `pytest --postman-record` sends and records them.\n"
        "# Every option --postman-NAME can stand here as postman_NAME:\n"
        "# postman_strict = true\n"
    )


def pytest_addition(file: str, folders: Sequence[str]) -> str:
    """Return the line with which a file of pytest's that is there looks for collections."""
    if file.endswith(".toml"):
        return f"testpaths = {json.dumps(list(folders), ensure_ascii=False)}"
    return f"testpaths = {' '.join(map(_word, folders))}"


def can_be_named(path: str) -> bool:
    """Whether a path means nothing but itself to shells and CI systems once it is quoted."""
    return _SAFE.fullmatch(path) is not None and not path.startswith("-")


def ci_text(system: str, collections: Sequence[str]) -> str:
    """Return the file of a CI system that runs collections, and keeps the reports."""
    run = f"harness run {' '.join(map(shlex.quote, collections))} {_REPORTS}"
    match system:
        case "gitlab":
            return _GITLAB.replace("RUN", run)
        case "azure":
            return _AZURE.replace("RUN", run)
        case "jenkins":
            return _JENKINS.replace("RUN", run.replace("\\", "\\\\").replace("'", "\\'"))
        case _:
            return _GITHUB.replace("RUN", run.replace("-r cli,", "-r cli,github,"))


def _scalar(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _word(text: str) -> str:
    return f'"{text}"' if " " in text else text


_GITHUB: Final = """\
name: Collections
on: [push]
jobs:
  collections:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install postman-harness
      # A value of the environment comes from a secret: HARNESS_VAR_token fills `token`.
      # env:
      #   HARNESS_VAR_token: ${{ secrets.TOKEN }}
      - run: |
          RUN
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: collections
          path: |
            junit.xml
            report.html
"""

_GITLAB: Final = """\
# A value of the environment comes from a variable of the project: HARNESS_VAR_token fills `token`.
collections:
  image: python:3.12
  before_script:
    - pip install postman-harness
  script:
    - |
      RUN
  artifacts:
    when: always
    paths: [report.html]
    reports:
      junit: junit.xml
"""

_AZURE: Final = """\
# A value of the environment comes from a variable: HARNESS_VAR_token fills `token`.
pool:
  vmImage: ubuntu-latest
steps:
  - task: UsePythonVersion@0
    inputs:
      versionSpec: "3.12"
  - script: pip install postman-harness
  - script: |
      RUN
  - task: PublishTestResults@2
    condition: always()
    inputs:
      testResultsFormat: JUnit
      testResultsFiles: junit.xml
  - publish: report.html
    artifact: report
    condition: always()
"""

_JENKINS: Final = """\
// A value of the environment comes from a credential: HARNESS_VAR_token fills `token`.
pipeline {
    agent { docker { image 'python:3.12' } }
    environment { HOME = "${WORKSPACE}" }
    stages {
        stage('Collections') {
            steps {
                sh 'python -m venv .venv && .venv/bin/pip install postman-harness'
                sh '.venv/bin/RUN'
            }
        }
    }
    post {
        always {
            junit 'junit.xml'
            archiveArtifacts artifacts: 'report.html', allowEmptyArchive: true
        }
    }
}
"""
