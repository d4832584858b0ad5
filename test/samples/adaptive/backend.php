<?php
// Prints a session for a user's page, or whether a result is genuine:
//   php backend.php session alice@example.com https://www.example.com
//   php backend.php redeem alice@example.com RESULT_TOKEN

function call(string $path, array $body): array {
    $customerKey = getenv('CUSTOMER_KEY');
    $timestamp = number_format(round(microtime(true) * 1000), 0, '', '');
    $json = json_encode($body);
    $curl = curl_init(getenv('COUNTERSIGN_URL') . $path);
    curl_setopt_array($curl, [
        CURLOPT_POST => true,
        CURLOPT_POSTFIELDS => $json,
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_TIMEOUT => 10,
        CURLOPT_HTTPHEADER => [
            'Content-Type: application/json',
            "Customer-Key: $customerKey",
            "Timestamp: $timestamp",
            'Authorization: ' . hash('sha512', $customerKey . $timestamp . getenv('API_KEY')),
        ],
    ]);
    return json_decode(curl_exec($curl), true);
}

// After the password was right: the token for the page's <meta name="countersign-session">.
function openSession(string $username, string $origin): string {
    $answer = call('/api/risk/session', ['username' => $username, 'origin' => $origin]);
    if ($answer['status'] !== 'SUCCESS') throw new RuntimeException($answer['message']);
    return $answer['session'];
}

// Whether the result that the page posted is genuine, new, and of the user who gave the password.
function isProved(string $username, string $resultToken): bool {
    $answer = call('/api/risk/redeem', ['username' => $username, 'resultToken' => $resultToken]);
    return $answer['status'] === 'SUCCESS';
}

[, $what, $username, $argument] = $argv;
echo $what === 'session' ? openSession($username, $argument) : (isProved($username, $argument) ? 'proved' : 'refused');
