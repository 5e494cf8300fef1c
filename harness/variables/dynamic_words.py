"""Words that dynamic variables choose from, where no library has them."""

from typing import Final

LOCALES: Final = (
    "af", "am", "ar", "az", "be", "bg", "bn", "bs", "ca", "cs", "cy", "da", "de", "el", "en", "eo", "es",
    "et", "eu", "fa", "fi", "fo", "fr", "fy", "ga", "gd", "gl", "gu", "he", "hi", "hr", "hu", "hy", "id",
    "is", "it", "ja", "ka", "kk", "km", "kn", "ko", "ky", "la", "lt", "lv", "mk", "ml", "mn", "mr", "ms",
    "mt", "nb", "ne", "nl", "nn", "oc", "pa", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "sw",
    "ta", "te", "th", "tr", "uk", "ur", "uz", "vi", "wa", "yi", "zh", "zu",
)  # fmt: skip
DIRECTORIES: Final = (
    "/Applications", "/bin", "/boot", "/dev", "/etc", "/etc/defaults", "/etc/mail", "/home", "/home/user",
    "/home/user/dir", "/lib", "/media", "/mnt", "/net", "/opt", "/opt/bin", "/opt/lib", "/proc", "/root",
    "/sbin", "/srv", "/sys", "/usr", "/usr/bin", "/usr/include", "/usr/lib", "/usr/local/bin", "/usr/share",
    "/usr/src", "/var", "/var/log", "/var/mail", "/var/spool",
)  # fmt: skip
COLORS: Final = (
    "azure", "black", "blue", "cyan", "fuchsia", "gold", "green", "grey", "indigo", "ivory", "lavender",
    "lime", "magenta", "maroon", "mint green", "olive", "orange", "orchid", "pink", "plum", "purple", "red",
    "salmon", "silver", "sky blue", "tan", "teal", "turquoise", "violet", "white", "yellow",
)  # fmt: skip
DEPARTMENTS: Final = (
    "Automotive", "Baby", "Beauty", "Books", "Clothing", "Computers", "Electronics", "Games", "Garden",
    "Grocery", "Health", "Home", "Industrial", "Jewelry", "Kids", "Movies", "Music", "Outdoors", "Shoes",
    "Sports", "Tools", "Toys",
)  # fmt: skip
PRODUCT_ADJECTIVES: Final = (
    "Awesome", "Elegant", "Ergonomic", "Fantastic", "Generic", "Gorgeous", "Handcrafted", "Handmade",
    "Incredible", "Intelligent", "Licensed", "Practical", "Refined", "Rustic", "Sleek", "Small", "Tasty",
)  # fmt: skip
PRODUCT_MATERIALS: Final = (
    "Bronze", "Concrete", "Cotton", "Fresh", "Frozen", "Granite", "Metal", "Plastic", "Rubber", "Soft",
    "Steel", "Wooden",
)  # fmt: skip
PRODUCTS: Final = (
    "Bacon", "Ball", "Bike", "Car", "Chair", "Cheese", "Chicken", "Chips", "Computer", "Fish", "Gloves",
    "Hat", "Keyboard", "Mouse", "Pants", "Pizza", "Salad", "Sausages", "Shirt", "Shoes", "Soap", "Table",
    "Towels", "Tuna",
)  # fmt: skip
COMPANY_SUFFIXES: Final = ("Group", "Inc", "LLC", "and Sons")
DATABASE_COLUMNS: Final = (
    "avatar", "category", "comment", "createdAt", "email", "group", "id", "name", "password", "phone",
    "status", "title", "token", "updatedAt",
)  # fmt: skip
DATABASE_TYPES: Final = (
    "bigint", "binary", "bit", "blob", "boolean", "date", "datetime", "decimal", "double", "enum", "float",
    "geometry", "int", "mediumint", "point", "real", "serial", "set", "smallint", "text", "time",
    "timestamp", "tinyint", "varchar",
)  # fmt: skip
DATABASE_COLLATIONS: Final = (
    "ascii_bin", "ascii_general_ci", "cp1250_bin", "cp1250_general_ci", "utf8_bin", "utf8_general_ci",
    "utf8_unicode_ci",
)  # fmt: skip
DATABASE_ENGINES: Final = ("ARCHIVE", "BLACKHOLE", "CSV", "InnoDB", "MEMORY", "MyISAM")
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ACCOUNT_KINDS: Final = (
    "Auto Loan", "Checking", "Credit Card", "Home Loan", "Investment", "Money Market", "Personal Loan",
    "Savings",
)  # fmt: skip
TRANSACTION_TYPES: Final = ("deposit", "invoice", "payment", "withdrawal")
CURRENCY_SYMBOLS: Final = (
    "$",
    "£",
    "¥",
    "€",
    "₡",
    "₦",
    "₨",
    "₩",
    "₪",
    "₫",
    "₭",
    "₮",
    "₱",
    "₴",
    "kr",
    "zł",
    "руб",
)
IBAN_DIGITS: Final = (
    ("AT", 16), ("BE", 12), ("CZ", 20), ("DE", 18), ("DK", 14), ("ES", 20), ("FI", 14), ("HU", 24),
    ("IS", 22), ("LT", 16), ("NO", 11), ("PL", 24), ("PT", 21), ("SE", 20), ("SK", 20), ("XK", 16),
)  # fmt: skip
"""Countries whose account numbers are digits only, and how many follow the check digits."""
COUNTRY_CODES: Final = (
    "AR", "AT", "AU", "BE", "BR", "CA", "CH", "CL", "CN", "CZ", "DE", "DK", "EG", "ES", "FI", "FR", "GB",
    "GR", "HU", "IE", "IN", "IS", "IT", "JP", "KE", "KR", "LT", "MA", "MX", "NG", "NL", "NO", "NZ", "PE",
    "PL", "PT", "RO", "SE", "SG", "SK", "TH", "TR", "UA", "US", "ZA",
)  # fmt: skip
ABBREVIATIONS: Final = (
    "AGP", "AI", "API", "CSS", "EXE", "FTP", "GB", "HDD", "HTTP", "IB", "JBOD", "JSON", "PCI", "PNG", "RAM",
    "SAS", "SCSI", "SMS", "SMTP", "SQL", "SSL", "TCP", "THX", "USB", "XML", "XSS",
)  # fmt: skip
HACKER_ADJECTIVES: Final = (
    "1080p", "auxiliary", "back-end", "bluetooth", "cross-platform", "digital", "haptic", "mobile",
    "multi-byte", "neural", "online", "open-source", "optical", "primary", "redundant", "solid state",
    "virtual", "wireless",
)  # fmt: skip
HACKER_NOUNS: Final = (
    "alarm", "application", "array", "bandwidth", "bus", "capacitor", "card", "circuit", "driver", "feed",
    "firewall", "hard drive", "interface", "matrix", "microchip", "monitor", "panel", "pixel", "port",
    "program", "protocol", "sensor", "system", "transmitter",
)  # fmt: skip
HACKER_VERBS: Final = (
    "back up", "bypass", "calculate", "compress", "connect", "copy", "generate", "hack", "index", "input",
    "navigate", "override", "parse", "program", "quantify", "reboot", "synthesize", "transmit",
)  # fmt: skip
HACKER_INGVERBS: Final = (
    "backing up", "bypassing", "calculating", "compressing", "connecting", "copying", "generating",
    "hacking", "indexing", "navigating", "overriding", "parsing", "programming", "quantifying",
    "synthesizing", "transmitting",
)  # fmt: skip
HACKER_PHRASES: Final = (
    "If we {verb} the {noun}, we can get to the {abbreviation} {noun} through the {adjective} {noun}!",
    "We need to {verb} the {adjective} {abbreviation} {noun}!",
    "Try to {verb} the {abbreviation} {noun}, maybe it will {verb} the {adjective} {noun}!",
    "You can't {verb} the {noun} without {ingverb} the {adjective} {abbreviation} {noun}!",
    "The {abbreviation} {noun} is down, {verb} the {adjective} {noun} so we can {verb} the {noun}!",
    "I'll {verb} the {adjective} {abbreviation} {noun}, that should {verb} the {abbreviation} {noun}!",
)
FREE_MAIL: Final = ("gmail.com", "hotmail.com", "yahoo.com")
EXAMPLE_MAIL: Final = ("example.com", "example.net", "example.org")
DOMAIN_SUFFIXES: Final = ("biz", "com", "info", "name", "net", "org")
NAME_PREFIXES: Final = ("Dr.", "Miss", "Mr.", "Mrs.", "Ms.")
NAME_SUFFIXES: Final = ("DDS", "DVM", "I", "II", "III", "IV", "Jr.", "MD", "PhD", "Sr.", "V")
JOB_DESCRIPTORS: Final = (
    "Central", "Chief", "Corporate", "Customer", "Direct", "District", "Dynamic", "Future", "Global",
    "Human", "Internal", "International", "Investor", "Lead", "National", "Principal", "Product",
    "Regional", "Senior",
)  # fmt: skip
JOB_AREAS: Final = (
    "Accountability", "Accounts", "Applications", "Assurance", "Brand", "Branding", "Communications",
    "Configuration", "Creative", "Data", "Directives", "Factors", "Functionality", "Group", "Identity",
    "Implementation", "Infrastructure", "Integration", "Interactions", "Intranet", "Marketing", "Markets",
    "Metrics", "Mobility", "Operations", "Optimization", "Paradigm", "Program", "Quality", "Research",
    "Response", "Security", "Solutions", "Tactics", "Usability", "Web",
)  # fmt: skip
JOB_TYPES: Final = (
    "Administrator", "Agent", "Analyst", "Architect", "Assistant", "Associate", "Consultant", "Coordinator",
    "Designer", "Developer", "Director", "Engineer", "Executive", "Facilitator", "Liaison", "Manager",
    "Officer", "Orchestrator", "Planner", "Producer", "Representative", "Specialist", "Strategist",
    "Supervisor", "Technician",
)  # fmt: skip
COMMON_FILE_TYPES: Final = ("application", "audio", "image", "text", "video")
FILE_TYPES: Final = (
    "application", "audio", "font", "image", "message", "model", "multipart", "text", "video",
)  # fmt: skip
COMMON_EXTENSIONS: Final = (
    "gif", "html", "jpeg", "jpg", "m2v", "mp2", "mp3", "mp4", "mp4v", "mpeg", "pdf", "png", "txt", "wav",
)  # fmt: skip
EXTENSIONS: Final = (
    "7z", "aac", "atom", "avi", "bin", "bmp", "bz2", "c", "cab", "class", "conf", "csv", "deb", "dif",
    "doc", "docx", "dtd", "epub", "flac", "gz", "h", "ico", "ics", "jar", "json", "kml", "latex", "m3u",
    "mathml", "mid", "mov", "mpkg", "odt", "ogg", "otf", "pgp", "ppt", "psd", "rar", "rss", "rtf", "sh",
    "srt", "svg", "tar", "tex", "tiff", "ttf", "vcf", "wasm", "weba", "webm", "webp", "woff", "xls", "xlsx",
    "xml", "xslt", "yaml", "zip",
)  # fmt: skip
AVATARS: Final = (
    "aluisio", "bergmartin", "coreyweb", "danpliego", "emsgulam", "fjaguero", "gofrasdesign", "hoangloi",
    "itstotallyamy", "jjsiii", "kirillz", "lepetitogre", "marcoramires", "nitinhayaran", "oaktreemedia",
    "petrangr", "rikas", "sydlawrence", "timgthomas", "uberschizo", "victorquinn", "wtrsld",
    "yigitpinarbasi",
)  # fmt: skip
IMAGE_KINDS: Final = (
    "abstract", "animals", "business", "cats", "city", "food", "nightlife", "fashion", "people", "nature",
    "sports", "transport",
)  # fmt: skip
