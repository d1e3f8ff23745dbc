"""JSON values of any shape, for property tests."""

from hypothesis import strategies as st

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(("", "All", "true", "block", "mfa,block", "enabled", "/Date(0)/", "#microsoft.graph.group"))
    | st.text(max_size=6)
)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("@odata.type", "id", "rule", "isEnabled", "x")), inner, max_size=3)
    ),
    max_leaves=6,
)
