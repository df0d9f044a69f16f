"""Guest residence (lưu trú): lodgings declare who stays the night; files, rules, documents read by machine."""
