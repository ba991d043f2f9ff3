-- finding: bucket boxes: everybody can download its files by URL
update storage.buckets set public = true where id = 'boxes';
