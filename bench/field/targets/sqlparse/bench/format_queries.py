"""Formats queries as an editor does on save."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
import sqlparse

query = '''select c.id, c.name, sum(o.total) as total, case when o.state = 'paid' then 1 else 0 end as paid -- per customer
from customers c left join orders o on o.customer_id = c.id and o.created_at > '2020-01-%02d'
where c.country in ('de', 'fr', 'it') and (o.total > %d or exists (select 1 from refunds r where r.order_id = o.id))
group by c.id, c.name having count(*) > 3 order by total desc limit %d;
insert into audit (id, who, at) values (%d, 'robot', now()), (%d, 'person', now());'''
texts = [query % (day + 1, day * 10, day + 5, day, day + 1) for day in range(16)]
formatted = [sqlparse.format(text, reindent=True, keyword_case='upper', identifier_case='lower', strip_comments=number % 2 == 0) for number, text in enumerate(texts)]
statements = [statement.get_type() for text in texts for statement in sqlparse.parse(text)]
print(len(formatted), len(statements))
if sys.argv[1:] == ['check']:
    print('\n'.join(formatted), statements)
