select b.id as name, b.public, b.file_size_limit, b.allowed_mime_types
from storage.buckets as b
order by b.id
