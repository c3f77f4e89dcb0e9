"""Documents in other forms than Markdown, turned into Markdown, so that one reader of each kind reads them all."""
