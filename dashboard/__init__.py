"""The pages a reader sees: Streamlit over the findings; it computes nothing itself."""
