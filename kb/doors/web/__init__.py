"""The page that people open in a browser: what operations answer, as HTML; what they decide, as plain forms."""
