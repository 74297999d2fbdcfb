-- accounts.list
--   accounts(id, bank, number, owner_id, balance, created_at, updated_at, version)
--   order by id, 20 at most

SELECT accounts.id AS c0, accounts.bank AS c1, accounts.number AS c2, accounts.owner_id AS c3, accounts.balance AS
    c4, accounts.created_at AS c5, accounts.updated_at AS c6, accounts.version AS c7
FROM accounts
WHERE accounts.bank = $1::VARCHAR AND accounts.owner_id = $2::UUID ORDER BY accounts.id ASC
 LIMIT $3::INTEGER

-- accounts.get
--   accounts(id, bank, number, owner_id, balance, created_at, updated_at, version)

SELECT accounts.id AS c0, accounts.bank AS c1, accounts.number AS c2, accounts.owner_id AS c3, accounts.balance AS
    c4, accounts.created_at AS c5, accounts.updated_at AS c6, accounts.version AS c7
FROM accounts
WHERE accounts.id = $1::UUID AND accounts.bank = $2::VARCHAR AND accounts.owner_id = $3::UUID

-- transfers.list
--   transfers(id, payer_id, payee_number, amount, purpose, made_at)
--   order by made_at desc, id desc, 20 at most

SELECT transfers.id AS c0, transfers.payer_id AS c1, transfers.payee_number AS c2, transfers.amount AS c3,
    transfers.purpose AS c4, transfers.made_at AS c5
FROM transfers
WHERE transfers.bank = $1::VARCHAR AND ((EXISTS (SELECT 1
FROM accounts AS accounts_1
WHERE accounts_1.id = transfers.payer_id AND accounts_1.owner_id = $2::UUID)) OR (EXISTS (SELECT 1
FROM accounts AS accounts_2
WHERE accounts_2.id = transfers.payee_id AND accounts_2.owner_id = $3::UUID))) ORDER BY transfers.made_at DESC,
    transfers.id DESC
 LIMIT $4::INTEGER
