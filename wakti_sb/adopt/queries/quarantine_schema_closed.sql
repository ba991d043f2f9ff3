revoke all on schema wakti_quarantine from public, anon, authenticated, service_role
