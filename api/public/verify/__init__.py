"""The page that says whether a paper is genuine."""
