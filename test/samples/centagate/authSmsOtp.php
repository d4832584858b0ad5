<?php

    $url = 'https://<domain_name>/v2/CentagateWS/webresources/auth/authSmsOtp';

    $ch = curl_init($url);
    $secretKey = "<secretkey>";
    $username ="<username>";
    $smsOtp = "<smsOtp>";
    $integrationKey = "<integrationkey>";
    $time = time(); // get current timestamp
    $unixTimestamp = strval($time); //convert timestamp to String
    $authToken = "<authToken>";
    $supportFido = "<supportFido>";
    $ipAddress = "<ipAddress>";
    $userAgent = "<userAgent>";
    $browserFp ="<browserFp>";

    $hmac_text = $username.$smsOtp.$integrationKey.$authToken.$unixTimestamp.$supportFido.$ipAddress.$userAgent.$browserFp;
    $hmac = hash_hmac('sha256', $hmac_text, $secretKey); // calculate hmac value

    $jsonData = array (
    	'username'=> $username,
    	'smsOtp'=> $smsOtp,
    	'authToken'=> $authToken,
    	'integrationKey'=> $integrationKey,
    	'unixTimestamp'=> $unixTimestamp,
    	'supportFido'=> $supportFido,
    	'ipAddress'=> $ipAddress,
    	'userAgent'=> $userAgent,
    	'browserFp'=> $browserFp,
    	'hmac' => $hmac

    );

    $jsonDataEncoded = json_encode($jsonData);

    curl_setopt($ch, CURLOPT_POST,1);
    curl_setopt($ch, CURLOPT_POSTFIELDS, $jsonDataEncoded);
    curl_setopt($ch, CURLOPT_HTTPHEADER, array('Accept: application/json','Content-Type: application/json'));
    curl_setopt($ch, CURLOPT_RETURNTRANSFER, true);

    $result = curl_exec($ch);

    $obj = json_decode($result);
    if ($obj->{'code'} != 0){
    	print "Authentication fail";
    	print "Message: ".$obj->{'message'};
    	echo " <br>";
    	print "Code: ".$obj->{'code'};
    }
    else {
    	print "Authentication succeed";
    	echo " <br>";
    	print "Message: ".$obj->{'message'};
    	echo " <br>";
    	print "Code: ".$obj->{'code'};
    	echo " <br>";
    	print "Result:" ;
    	echo " <br>";
    	print $result;
    }

    curl_close($ch);

?>
