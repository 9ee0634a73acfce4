"""Coding: the next item of a coder, what waits for a third person, and the samples with how far everybody is."""

import streamlit as st

from dashboard import auth, coding, codingdata, components, sampling, settling

samples = codingdata.samples()
head = st.container()
if not auth.may("coder"):
    with head:
        components.page_head(
            "What is it about?", "Coding needs the role coder; yours lets you read how far it is."
        )
    sampling.progress(samples)
    st.stop()

task_box, who_box = st.columns([3, 4], gap="medium", vertical_alignment="bottom")
with task_box:
    task = sampling.task()
with who_box:
    coder = sampling.coder(samples) if task == "code" else None
with head:
    components.page_head("What is it about?", sampling.line(samples, coder))

if task == "samples":
    left, right = st.columns([3, 2], gap="medium")
    with left:
        sampling.progress(samples)
    with right:
        sampling.draw()
elif task == "settle":
    settling.desk()
elif coder:
    coding.desk(coder)
else:
    components.empty(
        "Nothing to code yet",
        "People code what chance drew. Draw a sample under “samples”, or at the command line.",
        command="tracker coding draw posts --size 100 --coder NAME --coder NAME --by NAME",
    )
