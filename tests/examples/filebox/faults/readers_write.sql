-- finding: documents: somebody it is shared with (read) cannot change this row
alter policy "title documents" on public.documents
using (
  box_id in (select private.own_boxes()) or box_id in (select private.shared_boxes('read'))
);
