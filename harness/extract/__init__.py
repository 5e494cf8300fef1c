"""Values taken out of responses, and expectations held against them."""
