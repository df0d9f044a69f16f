"""Values that the document shows as examples. All persons, numbers and keys are invented. Imports nothing else of ours.

`members` holds candidates by the name of a member, `places` what one schema says otherwise, `requests` which optional
members a request shows. `api.contract.examples` puts them together: the first candidate that the schema allows.
"""
