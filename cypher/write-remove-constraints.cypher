// Our own constraints. → name
SHOW CONSTRAINTS YIELD name, labelsOrTypes
WHERE any(label IN labelsOrTypes WHERE label IN ['KgModel', 'KgRelation', 'KgPublication', 'KgRun', 'KgLease'])
  OR name = 'kg_migrations_lock'
RETURN name
